import numpy as np

from callcenter.stt.comfort_noise import RMS, ComfortNoise


def test_digital_silence_gets_a_floor_and_speech_keeps_its_level() -> None:
    noise = ComfortNoise()
    floor = np.frombuffer(b"".join(noise.add(bytes(320)) for _ in range(100)), "<i2").astype(float)
    assert abs(float(np.sqrt(np.mean(floor**2))) - RMS) < RMS / 10
    loud = np.full(20_000, 32_767, dtype="<i2").tobytes()
    heard = np.frombuffer(noise.add(loud), "<i2")
    assert heard.size == 20_000
    assert heard.min() > 32_000
