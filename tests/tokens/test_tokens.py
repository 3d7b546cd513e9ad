"""Where tokens are found, and that nothing shows them."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import sys
import traceback
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from publisher.content.channel import Channel
from publisher.errors import Misuse, Unauthorized
from publisher.platforms import load
from publisher.platforms.base import Credential, Secret
from publisher.tokens import Tokens, forms, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FACEBOOK = load("facebook")
PAGE = Channel(platform="facebook", remote_id="104", name="Example Health Cardiology", token="FB_CARDIOLOGY")
TOKEN, APP_SECRET = "EAABcanary+token/7", "canary-app-secret-9"


def keep(path: Path, value: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value)
    path.chmod(mode)
    return path


def live(root: Path, **environ: str) -> Tokens:
    return Tokens(root, target="live", environ={"FB_APP_SECRET": APP_SECRET, **environ})


def sandbox(root: Path, **environ: str) -> Tokens:
    return Tokens(root, target="sandbox", environ=environ)


def token_of(tokens: Tokens) -> str:
    return tokens.credential(FACEBOOK, PAGE).parts["token"]


# Where they are kept


def test_live_a_variable_gives_the_token(tmp_path: Path) -> None:
    assert live(tmp_path, FB_CARDIOLOGY=f" {TOKEN}\n").credential(FACEBOOK, PAGE).parts == {
        "token": TOKEN,
        "app_secret": APP_SECRET,
    }


def test_live_a_variable_may_name_the_file_that_holds_it(tmp_path: Path) -> None:
    mounted = keep(tmp_path / "run" / "secret", f"{TOKEN}\n", 0o444)
    assert token_of(live(tmp_path, FB_CARDIOLOGY_FILE=str(mounted))) == TOKEN


def test_live_a_private_file_below_the_root_holds_it(tmp_path: Path) -> None:
    keep(tmp_path / ".publisher" / "tokens" / "FB_CARDIOLOGY", f"{TOKEN}\n")
    assert token_of(live(tmp_path)) == TOKEN


def test_live_the_variable_comes_before_the_named_file_and_that_before_our_own(tmp_path: Path) -> None:
    keep(tmp_path / ".publisher" / "tokens" / "FB_CARDIOLOGY", "our-own-file")
    named = keep(tmp_path / "named", "named-file")
    assert token_of(live(tmp_path)) == "our-own-file"
    assert token_of(live(tmp_path, FB_CARDIOLOGY_FILE=str(named))) == "named-file"
    assert token_of(live(tmp_path, FB_CARDIOLOGY_FILE=str(named), FB_CARDIOLOGY="variable")) == "variable"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a keyring package whose get_password has this body."""

    def install(body: str) -> None:
        folder = tmp_path / "site" / "keyring"
        folder.mkdir(parents=True)
        (folder / "errors.py").write_text("class KeyringError(Exception): ...\n")
        (folder / "__init__.py").write_text(
            f"from keyring.errors import KeyringError\ndef get_password(service, name):\n    {body}\n"
        )
        monkeypatch.syspath_prepend(tmp_path / "site")
        forget()

    def forget() -> None:
        for name in ("keyring", "keyring.errors"):
            sys.modules.pop(name, None)

    yield install
    forget()


def test_live_the_keyring_is_asked_last(tmp_path: Path, keyring: Callable[[str], None]) -> None:
    keyring("return {('specialty-publisher', 'FB_CARDIOLOGY'): 'from-keyring'}.get((service, name))")
    assert token_of(live(tmp_path)) == "from-keyring"
    assert token_of(live(tmp_path, FB_CARDIOLOGY="variable")) == "variable"


def test_live_a_locked_keyring_is_as_good_as_none(tmp_path: Path, keyring: Callable[[str], None]) -> None:
    keyring("raise KeyringError('locked')")
    with pytest.raises(Unauthorized, match="has no FB_CARDIOLOGY"):
        token_of(live(tmp_path))


def test_in_the_sandbox_only_the_sandboxs_own_folder_is_read(tmp_path: Path, keyring: Callable[[str], None]) -> None:
    keyring("return 'a-live-token'")
    keep(tmp_path / ".publisher" / "tokens" / "FB_CARDIOLOGY", "a-live-token")
    named = keep(tmp_path / "named", "a-live-token")
    everything = {"FB_CARDIOLOGY": "a-live-token", "FB_CARDIOLOGY_FILE": str(named), "FB_APP_SECRET": "a-live-secret"}
    with pytest.raises(Unauthorized, match="has no FB_CARDIOLOGY"):
        token_of(sandbox(tmp_path, **everything))
    for name, value in (("FB_CARDIOLOGY", TOKEN), ("FB_APP_SECRET", APP_SECRET)):
        keep(tmp_path / ".publisher" / "sandbox" / "tokens" / name, value)
    assert sandbox(tmp_path, **everything).credential(FACEBOOK, PAGE).parts == {
        "token": TOKEN,
        "app_secret": APP_SECRET,
    }


def test_live_the_sandboxs_folder_is_not_read(tmp_path: Path) -> None:
    keep(tmp_path / ".publisher" / "sandbox" / "tokens" / "FB_CARDIOLOGY", TOKEN)
    with pytest.raises(Unauthorized):
        token_of(live(tmp_path))


# What is missing or kept carelessly


def test_a_missing_token_names_the_page_the_token_and_how_to_set_it(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized) as caught:
        live(tmp_path).credential(FACEBOOK, PAGE)
    assert caught.value.sentence == "Example Health Cardiology (facebook:104) has no FB_CARDIOLOGY"
    assert caught.value.hint == (
        "set the variable FB_CARDIOLOGY, or FB_CARDIOLOGY_FILE to the path of a file that holds it, "
        f"or write it to {tmp_path}/.publisher/tokens/FB_CARDIOLOGY (chmod 600)"
    )


def test_a_missing_sandbox_token_says_that_the_sandbox_makes_it(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized) as caught:
        sandbox(tmp_path).credential(FACEBOOK, PAGE)
    assert caught.value.hint == (
        f"the sandbox writes {tmp_path}/.publisher/sandbox/tokens/FB_CARDIOLOGY when it starts for this folder: "
        "publisher sandbox"
    )


def test_a_missing_app_secret_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized, match="has no FB_APP_SECRET"):
        Tokens(tmp_path, target="live", environ={"FB_CARDIOLOGY": TOKEN}).credential(FACEBOOK, PAGE)


def test_a_channel_without_a_tokens_name_is_told_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized, match=r"Example Health Cardiology \(facebook:104\) names no token"):
        live(tmp_path).credential(FACEBOOK, replace(PAGE, token=""))


@pytest.mark.parametrize("name", ["../../secret", "fb_cardiology", "EAABcanary+token/7", "A/B", "FB CARDIOLOGY"])
def test_what_is_no_name_is_refused_and_not_repeated_for_it_may_be_the_token(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misuse) as caught:
        live(tmp_path).credential(FACEBOOK, replace(PAGE, token=name))
    assert name not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
@pytest.mark.parametrize(("target", "folder"), [("live", "tokens"), ("sandbox", "sandbox/tokens")])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, target: str, folder: str, mode: int
) -> None:
    path = keep(tmp_path / ".publisher" / folder / "FB_CARDIOLOGY", TOKEN, mode)
    with pytest.raises(Misuse, match="can be read by others than you") as caught:
        Tokens(tmp_path, target=target, environ={}).credential(FACEBOOK, PAGE)  # type: ignore[arg-type]
    assert caught.value.hint == f"chmod 600 {path}"
    assert TOKEN not in everything_of(caught.value)


@pytest.mark.parametrize("value", ["", "short", "two lines\nX-Evil: 1", "with space", "ünicode-token", "nul\0inside"])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(tmp_path: Path, value: str) -> None:
    path = keep(tmp_path / ".publisher" / "tokens" / "FB_CARDIOLOGY", value)
    with pytest.raises(Misuse, match="does not hold a token") as caught:
        live(tmp_path).credential(FACEBOOK, PAGE)
    assert caught.value.sentence == f"{path} does not hold a token"


def test_a_file_that_is_no_text_is_refused_without_repeating_it(tmp_path: Path) -> None:
    path = keep(tmp_path / ".publisher" / "tokens" / "FB_CARDIOLOGY", "")
    path.write_bytes(b"\xff\xfecanary")
    with pytest.raises(Misuse) as caught:
        live(tmp_path).credential(FACEBOOK, PAGE)
    assert "canary" not in everything_of(caught.value)


def test_an_unreadable_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Misuse, match="folder cannot be read"):
        live(tmp_path, FB_CARDIOLOGY_FILE=str(tmp_path / "folder")).credential(FACEBOOK, PAGE)


# Canary: nothing shows them


def everything_of(error: BaseException) -> str:
    behind = error.__cause__ or error.__context__
    words = "".join(traceback.format_exception(error))
    return f"{error!r} {vars(error)} {words} {everything_of(behind) if behind else ''}"


def test_tokens_and_credentials_show_their_names_only(tmp_path: Path) -> None:
    tokens = live(tmp_path, FB_CARDIOLOGY=TOKEN)
    credential = tokens.credential(FACEBOOK, PAGE)
    assert repr(tokens) == str(tokens) == "Tokens(target='live')"
    assert repr(credential) == str(credential) == f"{credential}" == "Credential('FB_CARDIOLOGY')"
    assert repr(dict(credential.parts)) == "{'token': [secret], 'app_secret': [secret]}"


@pytest.mark.parametrize("turn", [pickle.dumps, copy.deepcopy, asdict])
def test_a_credential_is_neither_pickled_nor_copied_out(turn: Callable[[object], object]) -> None:
    credential = Credential(name="FB_CARDIOLOGY", parts={"token": Secret(TOKEN)})
    with pytest.raises(TypeError):
        turn(credential)


def test_tokens_are_not_pickled(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="tokens are not pickled"):
        pickle.dumps(live(tmp_path))


def test_the_filter_takes_secrets_out_of_words_arguments_tracebacks_and_stacks(tmp_path: Path) -> None:
    tokens, written = live(tmp_path, FB_CARDIOLOGY=TOKEN), io.StringIO()
    tokens.credential(FACEBOOK, PAGE)
    handler = logging.StreamHandler(written)
    handler.addFilter(tokens.filter())
    log = logging.getLogger("somebody.else")
    log.propagate = False
    log.addHandler(handler)
    log.warning("%s %s EAABcanary+token/7", APP_SECRET, {"k": TOKEN}, stack_info=True)
    try:
        int("https://x.example/?access_token=EAABcanary%2Btoken%2F7")
    except ValueError:
        log.exception("failed with %r", TOKEN)
    log.removeHandler(handler)
    assert "canary" not in written.getvalue()
    assert written.getvalue().startswith("[redacted] {'k': '[redacted]'} [redacted]\n")
    assert (
        "ValueError: invalid literal for int() with base 10: 'https://x.example/?access_token=[redacted]'"
        in written.getvalue()
    )


def test_the_filter_leaves_no_error_in_the_record_for_others_to_print(tmp_path: Path) -> None:
    tokens = live(tmp_path, FB_CARDIOLOGY=TOKEN)
    tokens.credential(FACEBOOK, PAGE)
    error = ValueError(TOKEN)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), (ValueError, error, None))
    assert tokens.filter().filter(record)
    assert record.exc_info is None
    assert record.exc_text == "ValueError: [redacted]"


def test_text_is_redacted_as_it_stands_in_json_and_in_addresses(tmp_path: Path) -> None:
    tokens = live(tmp_path, FB_CARDIOLOGY='quote"and\\slash')
    tokens.credential(FACEBOOK, PAGE)
    assert tokens.redact(json.dumps({"t": 'quote"and\\slash'})) == '{"t": "[redacted]"}'
    assert tokens.redact("?t=quote%22and%5Cslash&u=1") == "?t=[redacted]&u=1"


def test_a_secret_within_another_leaves_no_rest() -> None:
    assert without("abcdefgh-long and abcdefgh", forms(["abcdefgh", "abcdefgh-long"])) == "[redacted] and [redacted]"
