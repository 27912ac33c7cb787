"""Settings: read from the environment, from files and from .env; mistakes are sentences, and secrets stay unseen."""

import pickle
import re
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, load_settings

REQUIRED = {
    "SLACK_BOT_TOKEN": "xoxb-1-verysecret",
    "SLACK_APP_TOKEN": "xapp-1-verysecret",
    "SLACK_APPROVALS_CHANNEL": "hub-approvals",
    "SLACK_ALERTS_CHANNEL": "hub-alerts",
    "SLACK_ADMIN_CHANNEL": "hub-admin",
    "DOCKERHUB_USERNAME": "acme-bot",
    "DOCKERHUB_TOKEN": "dckr_pat_verysecret",
    "DOCKERHUB_ORGANIZATIONS": "acme",
}
ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = re.compile(r"^(?:# )?([A-Z_]+)=([^#\n]*)", re.MULTILINE)
OPTIONAL = ("SANDBOX_CLOCK_URL", "DOCKERHUB_REGISTRY_URL")
NEAR = (*OPTIONAL, "SLACK_API_URL", "DOCKERHUB_URL")
NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment and a folder in which nothing but what is required is set."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems() -> list[str]:
    """What is wrong with the environment."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "verysecret" not in str(caught.value)
    return caught.value.problems


def test_what_is_required_is_enough(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-verysecret"
    assert settings.dockerhub_organizations == ("acme",)
    assert settings.slack_api_url == "https://slack.com/api/"


def test_the_names_that_are_required_are_those_without_a_default() -> None:
    assert {name.upper() for name, field in Settings.model_fields.items() if field.is_required()} == set(REQUIRED)


def test_the_example_has_every_setting_and_its_default() -> None:
    written = dict(EXAMPLE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))
    assert sorted(written) == sorted(NAMES)
    for name, field in Settings.model_fields.items():
        if not field.is_required():
            assert written[name.upper()].strip() == ("" if field.default is None else str(field.default)), name


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_not_set_is_named_with_its_meaning(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    assert problems() == [f"{name} is not set. {Settings.model_fields[name.lower()].description}."]


@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_variable_is_not_set(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "")
    assert problems()[0].startswith(f"{name} is not set. ")


def test_everything_that_is_missing_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in REQUIRED:
        environment.delenv(name)
    assert {problem.split()[0] for problem in problems()} == set(REQUIRED)


def test_an_empty_optional_variable_leaves_the_default(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ALERT_RULES_FILE", "")
    environment.setenv("HEALTH_PORT", "")
    assert (load_settings().alert_rules_file, load_settings().health_port) == (None, 8080)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DOCKERHUB_ORGANIZATIONS", " , ", "at least 1 item"),
        ("AUDIT_POLL_SECONDS", "soon", "valid number"),
        ("AUDIT_POLL_SECONDS", "0", "greater than or equal to 0.2"),
        ("AUDIT_POLL_SECONDS", "nan", "less than or equal to 3600"),
        ("RATE_LIMIT_WARN_SHARE", "20", "less than or equal to 1"),
        ("EXECUTION_LEASE_SECONDS", "0.1", "greater than or equal to 0.5"),
        ("DOCKERHUB_MAX_WAIT_SECONDS", "-1", "greater than or equal to 0"),
        ("HEALTH_PORT", "70000", "less than or equal to 65535"),
        ("LOG_LEVEL", "verbose", "it is none of DEBUG, INFO, WARNING, ERROR"),
        ("LOG_FORMAT", "xml", "^(json|text)$"),
        ("DATABASE_URL", "mysql://user:verysecret@db/x", "neither sqlite:// nor postgresql://"),
        ("DATABASE_URL", "hello", "neither sqlite:// nor postgresql://"),
        ("SLACK_BOT_TOKEN", "xapp-verysecret", "an app-level token, which belongs into SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-verysecret", "a bot's token, which belongs into SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-verysecret", "a person's token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-verysecret", "turn token rotation off"),
        ("SLACK_BOT_TOKEN", "dckr_pat_verysecret", "Docker's token, which belongs into DOCKERHUB_TOKEN"),
        ("SLACK_BOT_TOKEN", "https://hooks.slack.com/verysecret", "the address of an incoming webhook"),
        ("SLACK_BOT_TOKEN", "verysecret", "it does not begin with xoxb-: it is another kind of token"),
        ("SLACK_BOT_TOKEN", "xoxb-verysecret more", "characters that no HTTP header can carry"),
        ("DOCKERHUB_TOKEN", "xoxb-verysecret", "it is Slack's token"),
        ("DOCKERHUB_TOKEN", "eyJhbGciOi.verysecret.verysecret", "it is a session's token, which ends within the hour"),
        ("DOCKERHUB_USERNAME", "acme bot", "Docker's names have only letters"),
        ("DOCKERHUB_ORGANIZATIONS", "acme, other/thing", "Docker's names have only letters"),
        ("SLACK_ADMIN_CHANNEL", "@ann", "it names a person"),
        ("SLACK_ADMIN_CHANNEL", "U0ANNBERG", "it names a person"),
        ("SLACK_ADMIN_CHANNEL", "hub admin", "no channel has such a name"),
        ("SLACK_ADMIN_CHANNEL", "a,b", "no channel has such a name"),
        ("DOCKERHUB_URL", "ftp://hub.docker.com", "neither https:// nor http://"),
        ("DOCKERHUB_URL", "https://ann:verysecret@hub.docker.com", "has no user"),
        ("SLACK_API_URL", "https://", "there is no host in it"),
        ("SLACK_API_URL", "https://slack..com", "there is no host in it, or one that is written as none can be"),
        ("DOCKERHUB_URL", f"https://{'x' * 64}.com", "there is no host in it, or one that is written as none can be"),
        ("HTTPS_PROXY", "http://.example.com:3128", "there is no host in it, or one that is written as none can be"),
        ("DATABASE_URL", "postgresql://u@db..example.com/hub", "host or port is written as none can be"),
        ("DATABASE_URL", f"host={'x' * 64} dbname=hub", "host or port is written as none can be"),
        ("HEALTH_HOST", "0.0.0.0:8080", "the port goes into HEALTH_PORT"),
        ("HEALTH_HOST", "a..b", "it is no host"),
        ("HEALTH_HOST", "my host", "it is no host"),
        ("HEALTH_PORT", "tcp://10.0.0.1:8080", "enableServiceLinks: false"),
        ("AUDIT_POLL_SECONDS", "60 parsecs", "valid number"),
        ("AUDIT_POLL_SECONDS", "1e999", "less than or equal to 3600"),
        ("RATE_LIMIT_WARN_SHARE", "20 percent", "valid number"),
        ("RATE_LIMIT_WARN_SHARE", "nan", "less than or equal to 1"),
        ("HTTPS_PROXY", "socks5://ann:verysecret@proxy:1080", "begins with http:// or https:// alone"),
        ("POLICY_FILE", "~nobody-of-this-name/policy.yml", "nobody has that home folder"),
        ("DATABASE_URL", "postgresql://bot:[YOUR-PASSWORD]@db/hub", "its password is still a placeholder"),
        ("DATABASE_URL", "postgresql://bot:verysecret@db/hub?foo=1", "the parameter “foo”, which libpq does not know"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_not_repeated(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    [problem] = problems()
    assert problem.startswith(f"{name} cannot be used: ")
    assert said in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("acme", ("acme",)), ("acme, Other ,", ("acme", "other")), ("acme,ACME,acme", ("acme",))],
)
def test_organizations_are_parted_by_commas_each_once(
    environment: pytest.MonkeyPatch, written: str, meant: tuple[str, ...]
) -> None:
    environment.setenv("DOCKERHUB_ORGANIZATIONS", written)
    assert load_settings().dockerhub_organizations == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("PostgreSQL+asyncpg://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("sqlite:///x.sqlite", "sqlite+aiosqlite:///x.sqlite"),
        ("sqlite+aiosqlite:////data/x", "sqlite+aiosqlite:////data/x"),
    ],
)
def test_a_databases_usual_address_is_brought_into_one_form(
    environment: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    environment.setenv("DATABASE_URL", written)
    assert load_settings().database_url == meant


@pytest.mark.parametrize("level", ["debug", "Info", "ERROR"])
def test_levels_are_taken_in_any_case(environment: pytest.MonkeyPatch, level: str) -> None:
    environment.setenv("LOG_LEVEL", level)
    assert load_settings().log_level == level.upper()


@pytest.mark.parametrize("name", REQUIRED)
def test_every_setting_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{REQUIRED[name]}\r\n")
    environment.delenv(name)
    environment.setenv(f"{name}_FILE", str(file))
    assert name.lower() in load_settings().model_fields_set


def test_the_variable_itself_goes_before_its_file_and_the_file_before_dotenv(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("DOCKERHUB_USERNAME=from-dotenv\nLOG_LEVEL=debug\n")
    (tmp_path / "file").write_text("from-file\n")
    environment.setenv("DOCKERHUB_USERNAME_FILE", str(tmp_path / "file"))
    assert load_settings().dockerhub_username == "acme-bot"
    environment.delenv("DOCKERHUB_USERNAME")
    assert load_settings().dockerhub_username == "from-file"
    environment.delenv("DOCKERHUB_USERNAME_FILE")
    assert (load_settings().dockerhub_username, load_settings().log_level) == ("from-dotenv", "DEBUG")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read: No such file or directory"), (b"\xff\xffverysecret", "no UTF-8"), (b"\n", "is empty")],
)
def test_a_file_that_cannot_be_read_is_named_with_its_variable(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    environment.delenv("DOCKERHUB_TOKEN")
    environment.setenv("DOCKERHUB_TOKEN_FILE", str(file))
    [problem] = problems()
    assert problem.startswith(f"DOCKERHUB_TOKEN_FILE names {file}, which ")
    assert reason in problem


def test_a_folder_in_place_of_a_file_is_a_sentence_too(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("DOCKERHUB_TOKEN")
    environment.setenv("DOCKERHUB_TOKEN_FILE", str(tmp_path))
    assert "cannot be read: Is a directory" in problems()[0]


def test_secrets_are_in_no_text_of_the_settings(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://bot:verysecret@db/hub")
    settings = load_settings()
    for text in (repr(settings), str(settings), f"{settings}", repr(settings.slack_bot_token)):
        assert "verysecret" not in text


def test_secrets_are_in_no_error_of_the_settings(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SLACK_ADMIN_CHANNEL")
    environment.setenv("DATABASE_URL", "mysql://bot:verysecret@db/hub")
    with pytest.raises(ValueError, match="slack_admin_channel") as caught:
        Settings()
    assert "verysecret" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "127.9.9.9", "localhost:1", "[::1]:8765"])
def test_a_sandboxs_clock_is_believed_on_this_machine(environment: pytest.MonkeyPatch, host: str) -> None:
    for name in NEAR:
        environment.setenv(name, f"http://{host}/")
    assert load_settings().sandbox_clock_url == f"http://{host}"


@pytest.mark.parametrize("name", NEAR)
@pytest.mark.parametrize(
    "url",
    [
        "https://hub.docker.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://2130706433/",
        "example.com",
        "",
    ],
)
def test_a_sandboxs_clock_is_believed_nowhere_else(environment: pytest.MonkeyPatch, name: str, url: str) -> None:
    near = dict.fromkeys(NEAR, "http://127.0.0.1:8765/")
    for each, value in {**near, name: url}.items():
        environment.setenv(each, value)
    if name in OPTIONAL and not url:
        assert getattr(load_settings(), name.lower()) is None  # an empty variable is one that nobody set
        return
    (problem,) = problems()
    assert problem.startswith(f"SANDBOX_CLOCK_URL cannot be used: {name} must lead to this machine's loopback.")


def test_everything_that_is_not_on_this_machine_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SANDBOX_CLOCK_URL", "http://127.0.0.1:8765/clock")
    (problem,) = problems()
    assert "SLACK_API_URL, DOCKERHUB_URL must lead to this machine's loopback" in problem


def test_settings_do_not_change(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "log_level", "DEBUG")  # noqa: B010  an assignment that mypy refuses too
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301  our own bytes


def test_the_example_names_every_required_setting_and_none_that_does_not_exist() -> None:
    example = Path(__file__).parents[1] / ".env.example"
    lines = [line.removeprefix("# ") for line in example.read_text(encoding="utf-8").splitlines()]
    named = {line.partition("=")[0] for line in lines if line.partition("=")[0].isupper()}
    assert set(REQUIRED) <= named
    assert named - set(NAMES) == set()


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("way", ["environment", "file", "dotenv"])
def test_what_hangs_on_to_a_value_is_taken_off_wherever_it_comes_from(
    environment: pytest.MonkeyPatch, tmp_path: Path, name: str, way: str
) -> None:
    wrapped = f"\ufeff “{REQUIRED[name]}\u200b” \r\n"
    environment.delenv(name)
    if way == "environment":
        environment.setenv(name, wrapped)
    elif way == "file":
        (tmp_path / "secret").write_text(wrapped, encoding="utf-8")
        environment.setenv(f"{name}_FILE", f' "{tmp_path / "secret"}"\n')
    else:
        (tmp_path / ".env").write_text(f"{name}={wrapped}", encoding="utf-8")
    value = getattr(load_settings(), name.lower())
    bare = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    assert bare in (REQUIRED[name], (REQUIRED[name],))


@pytest.mark.parametrize("value", ['""', " ", "\ufeff", "“”", "\n"])
def test_what_is_empty_once_it_is_unwrapped_is_not_set(
    environment: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    environment.setenv("DOCKERHUB_USERNAME", value)
    environment.setenv("ALERT_RULES_FILE", value)
    (tmp_path / ".env").write_text("DOCKERHUB_USERNAME=from-dotenv\n")
    assert (load_settings().dockerhub_username, load_settings().alert_rules_file) == ("from-dotenv", None)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"DOCKERHUB_ORGANIZATIONS"}))
def test_a_line_break_in_the_middle_is_a_sentence_that_names_the_setting(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(name, "xoxb-1-very\nverysecret")
    assert any(said.startswith(f"{name} cannot be used: it holds a line break in the middle") for said in problems())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_dotenv_of_windows_is_read(environment: pytest.MonkeyPatch, tmp_path: Path, encoding: str) -> None:
    environment.delenv("DOCKERHUB_USERNAME")
    (tmp_path / ".env").write_text("DOCKERHUB_USERNAME=from-windows\r\nLOG_LEVEL=warn\r\n", encoding=encoding)
    assert (load_settings().dockerhub_username, load_settings().log_level) == ("from-windows", "WARNING")


@pytest.mark.parametrize(
    "content", [b"DOCKERHUB_TOKEN=verysecret\xff", "DOCKERHUB_TOKEN=verysecret".encode("utf-16-le")]
)
def test_a_dotenv_that_is_no_text_is_a_sentence(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / ".env").write_bytes(content)
    [problem] = problems()
    assert problem.startswith(".env cannot be read: it is no UTF-8 text")


def test_a_whole_line_pasted_as_the_value_is_the_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SLACK_BOT_TOKEN", 'export SLACK_BOT_TOKEN="xoxb-1-verysecret"')
    assert load_settings().slack_bot_token.get_secret_value() == "xoxb-1-verysecret"


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("SLACK_BOT_TOKEN", "Bearer xoxb-1-verysecret", "xoxb-1-verysecret"),
        ("SLACK_APP_TOKEN", "Authorization: Bearer xapp-1-verysecret", "xapp-1-verysecret"),
        ("DOCKERHUB_TOKEN", "Bearer dckr_pat_verysecret", "dckr_pat_verysecret"),
        ("DOCKERHUB_TOKEN", "a pass word verysecret'", "a pass word verysecret'"),
        ("DOCKERHUB_SCIM_TOKEN", "bearer verysecret", "verysecret"),
        ("SLACK_APPROVALS_CHANNEL", "#hub-approvals", "hub-approvals"),
        ("SLACK_ALERTS_CHANNEL", "<#C0ALERTS|hub-alerts>", "C0ALERTS"),
        ("SLACK_ADMIN_CHANNEL", "https://acme.slack.com/archives/C0ADMIN", "C0ADMIN"),
        ("SLACK_ADMIN_CHANNEL", "hub-ädmin", "hub-ädmin"),
        ("SLACK_API_URL", "slack.com/api", "https://slack.com/api/"),
        ("SLACK_API_URL", "https://slack.com", "https://slack.com/api/"),
        ("DOCKERHUB_URL", "hub.docker.com/v2/", "https://hub.docker.com"),
        ("DOCKERHUB_REGISTRY_URL", "registry.example.com/v2", "https://registry.example.com"),
        ("DOCKERHUB_USERNAME", "@acme-bot", "acme-bot"),
        ("DOCKERHUB_USERNAME", "https://hub.docker.com/u/acme-bot", "acme-bot"),
        ("DOCKERHUB_USERNAME", "bot@acme.example", "bot@acme.example"),
        ("DOCKERHUB_ORGANIZATIONS", "https://hub.docker.com/orgs/Acme/members", ("acme",)),
        ("DOCKERHUB_ORGANIZATIONS", "acme\nother\n", ("acme", "other")),
        ("DOCKERHUB_ORGANIZATIONS", '["acme", "other"]', ("acme", "other")),
        ("DOCKERHUB_ORGANIZATIONS", "acme; Other", ("acme", "other")),
        ("AUDIT_POLL_SECONDS", "60s", 60.0),
        ("AUDIT_POLL_SECONDS", "2 min", 120.0),
        ("AUDIT_POLL_SECONDS", "1h", 3600.0),
        ("AUDIT_POLL_SECONDS", "500ms", 0.5),
        ("AUDIT_POLL_SECONDS", "1,5", 1.5),
        ("EXECUTION_LEASE_SECONDS", "30 Seconds", 30.0),
        ("RATE_LIMIT_WARN_SHARE", "20%", 0.2),
        ("RATE_LIMIT_WARN_SHARE", "0,2", 0.2),
        ("HEALTH_PORT", ":8081", 8081),
        ("HEALTH_PORT", "8081/tcp", 8081),
        ("HEALTH_HOST", "*", "0.0.0.0"),  # noqa: S104
        ("HEALTH_HOST", "[::]", "::"),
        ("LOG_LEVEL", "warn", "WARNING"),
        ("LOG_FORMAT", "JSON", "json"),
        ("HTTPS_PROXY", "proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("https_proxy", "http://ann:verysecret@proxy:1/", "http://ann:verysecret@proxy:1"),
        ("no_proxy", "localhost,.acme.example", "localhost,.acme.example"),
    ],
)
def test_a_value_is_read_as_what_is_meant(
    environment: pytest.MonkeyPatch, name: str, value: str, meant: object
) -> None:
    environment.setenv(name, value)
    found = getattr(load_settings(), name.lower())
    assert (found.get_secret_value() if hasattr(found, "get_secret_value") else found) == meant


def test_a_file_in_somebodys_home_is_found(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("HOME", str(tmp_path))
    environment.setenv("POLICY_FILE", "~/policy.yml")
    assert load_settings().policy_file == tmp_path / "policy.yml"


def test_a_proxys_and_the_databases_passwords_are_kept_out_of_logs_too(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", "http://ann:proxysecret@proxy:1")
    environment.setenv("DATABASE_URL", "postgresql://bot:data%20secret@db/hub?sslpassword=keysecret")
    settings = load_settings()
    assert {"http://ann:proxysecret@proxy:1", "proxysecret", "data secret", "keysecret"} <= set(settings.secrets)
    assert not re.search("proxysecret|data%20secret|keysecret", f"{settings!r} {settings}")
