"""The dialplan's part: it tells the media server who calls, asks where the call goes next, and tells how it ended."""

from uuid import UUID

import httpx

from callcenter.phone.errors import PhoneError

TIMEOUT_S = 3.0
NORMAL_CLEARING = 16


class Exchange:
    """`async with Exchange(url) as exchange`: url is the media server's own HTTP, "http://127.0.0.1:9093"."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> "Exchange":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def start(self, call_id: UUID, caller_number: str, called: str) -> str:
        """ "ok", "full" or "refused". Raises PhoneError when nobody answers."""
        return await self._post("start", {"uuid": str(call_id), "from": caller_number, "did": called})

    async def next(self, call_id: UUID) -> str:
        """ "bye", or anything else for the operators' queue: also when nobody answers."""
        try:
            return await self._post("next", {"uuid": str(call_id)})
        except PhoneError:
            return "queue"

    async def end(self, call_id: UUID) -> None:
        """No operator took this call. Whoever is not there is not told."""
        form = {
            "uuid": str(call_id),
            "cause": str(NORMAL_CLEARING),
            "queue": "",
            "wait": "",
            "member": "",
            "talked": "",
        }
        try:
            await self._post("end", form)
        except PhoneError:
            return

    async def _post(self, step: str, form: dict[str, str]) -> str:
        url = f"{self._url}/telephony/{step}"
        try:
            answer = await self._client.post(url, data=form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PhoneError(
                f"no media server answers at {self._url} ({type(error).__name__}); start one with `callcenter run`, or "
                "name its address with --http"
            ) from error
        if answer.status_code != httpx.codes.OK:
            raise PhoneError(f"{url} answers {answer.status_code}: {answer.text[:200]}")
        return answer.text.strip()
