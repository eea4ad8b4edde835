"""Speech engines: what turns the text of a prompt into sound.

Rendering is done by hand, on the developer's machine; the running bot needs no engine.
"""

from __future__ import annotations

import ctypes
import importlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import PromptError


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text.

    Attributes:
        samples: the sound, one channel, in any scale.
        rate: samples per second.
    """

    samples: Sequence[float]
    rate: int


class SpeechEngine(Protocol):
    """What speaks."""

    @property
    def identity(self) -> str:
        """Name and version; prompts are made again when it changes."""
        ...

    def speak(self, text: str, *, voice: str, speed: int) -> Speech:
        """Speak a text.

        Args:
            text: what to say.
            voice: one of the engine's voices.
            speed: words per minute.

        Raises:
            PromptError: there is no such voice, or the engine failed.
        """
        ...


class EspeakEngine:
    """eSpeak NG: small, quick, speaks more than a hundred languages, and sounds like a machine.

    It comes with the extra ``speech`` and is under the GPL, which is why the bot does without it. The library keeps
    its state in the process: let one thread at a time speak.

    Raises:
        PromptError: the extra is not installed, or its library does not load on this machine.
    """

    def __init__(self) -> None:
        try:
            loader = importlib.import_module("espeakng_loader")
        except ImportError as error:
            raise PromptError(
                "speech needs the extra 'speech': pip install 'workonflow-bot[speech]' (eSpeak NG, under the GPL)"
            ) from error
        try:
            self._data = Path(loader.get_data_path())
            self._library = _bind(ctypes.CDLL(str(loader.get_library_path())))
        except (OSError, RuntimeError) as error:
            raise PromptError(f"eSpeak NG does not load on this machine: {error}") from error
        # Asked here, because the library says it once at most: it remembers what another folder held.
        _check((self._data / "phontab").is_file(), f"eSpeak NG lacks its data in {self._data}")
        self._version = bytes(self._library.espeak_Info(None)).decode()

    @property
    def identity(self) -> str:
        """Return ``espeak-ng`` and the version of the library."""
        return f"espeak-ng {self._version}"

    def speak(self, text: str, *, voice: str, speed: int) -> Speech:
        """Speak a text; as `SpeechEngine.speak`, with the voices of eSpeak NG, such as ``en``, ``en-us`` or ``ru``.

        Its breath noise is random: the same text gives the same sound to the ear, and not to the byte.
        """
        out = array("h")

        def collect(samples: ctypes.c_void_p | None, count: int, _events: ctypes.c_void_p) -> int:
            if samples:
                out.frombytes(ctypes.string_at(samples, count * out.itemsize))
            return _GO_ON

        callback = _CALLBACK(collect)  # held until the library is done with it
        rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, bytes(self._data), _DO_NOT_EXIT))
        _check(rate > 0, f"eSpeak NG does not start with its data in {self._data}")
        try:
            self._library.espeak_SetSynthCallback(callback)
            _check(self._library.espeak_SetVoiceByName(voice.encode()) == _OK, f"eSpeak NG has no voice {voice!r}")
            content = text.encode()
            results = (
                self._library.espeak_SetParameter(_RATE, speed, 0),
                self._library.espeak_Synth(content, len(content) + 1, 0, 0, 0, _UTF8, None, None),
                self._library.espeak_Synchronize(),
            )
        finally:
            self._library.espeak_Terminate()
        _check(all(result == _OK for result in results), f"eSpeak NG could not say {text!r}")
        return Speech(out, rate)


# From eSpeak NG's header speak_lib.h.
_OK = 0
_GO_ON = 0
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_RATE = 1
_UTF8 = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def _check(well: bool, problem: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not well:
        raise PromptError(problem)


def _bind(library: ctypes.CDLL) -> ctypes.CDLL:
    """Declare the functions that are used, as speak_lib.h does; those left out take nothing and return an int."""
    library.espeak_Info.argtypes = [ctypes.c_void_p]
    library.espeak_Info.restype = ctypes.c_char_p
    library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    library.espeak_SetSynthCallback.argtypes = [_CALLBACK]
    library.espeak_SetSynthCallback.restype = None
    library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    library.espeak_SetParameter.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int]
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    return library
