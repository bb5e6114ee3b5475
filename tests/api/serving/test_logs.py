"""What a log line may hold, and what never comes into one."""

import io
import json
import logging

import pytest
import structlog

from api.serving.logs import NAMES, get_log, set_up_logs
from api.serving.requests import ClockWatch

SECRET = "BERG, Tom 4711"


@pytest.fixture
def written():
    """Set the logs up in a form, and take what is written then."""
    before = logging.getLogger().handlers, logging.getLogger().level

    def begin(form):
        set_up_logs(form, "info")
        stream = io.StringIO()
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
        return stream

    yield begin
    logging.getLogger().handlers, logging.getLogger().level = before
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = True
    structlog.reset_defaults()


@pytest.fixture
def lines(written):
    """Read the lines that were written, as JSON."""
    stream = written("json")
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_moment_and_level(lines):
    get_log().info("request", route="/api/v1/cases/{case_id}", status=200)
    (line,) = lines()
    assert line["event"] == "request"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_a_value_of_a_name_that_is_not_listed_is_left_out(lines):
    get_log().info("request", status=200, patient=SECRET, body={"note": SECRET})
    (line,) = lines()
    assert set(line) <= NAMES
    assert SECRET not in json.dumps(line)


def test_the_text_of_a_library_is_left_out_and_its_place_kept(lines):
    logging.getLogger("some.library").warning("cannot parse %s", SECRET)
    (line,) = lines()
    assert line["event"] == "library"
    assert line["places"].startswith("test_logs:")
    assert SECRET not in json.dumps(line)


def test_of_an_error_the_kind_and_place_are_kept_and_the_message_is_not(lines):
    def look_up():
        raise KeyError(SECRET)

    try:
        look_up()
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = lines()
    assert line["error"] == "KeyError"
    assert line["places"].startswith("look_up:")
    assert SECRET not in json.dumps(line)


def test_what_the_rest_door_says_of_a_mistake_of_ours_keeps_its_parts(lines):
    logging.getLogger("treadway.rest").error("unforeseen %s in %s at %s", "KeyError", "/cases", "f:1")
    (line,) = lines()
    assert (line["event"], line["error"], line["route"], line["places"]) == (
        "unforeseen",
        "KeyError",
        "/cases",
        "f:1",
    )


def test_people_read_lines_without_braces(written):
    stream = written("console")
    get_log().info("request", status=200, patient=SECRET)
    text = stream.getvalue()
    assert "status=200" in text
    assert SECRET not in text


class Clocks:
    def __init__(self):
        self.wall_seconds, self.steady_seconds = 1_000_000.0, 50.0

    def watch(self):
        return ClockWatch(lambda: self.wall_seconds, lambda: self.steady_seconds)

    def pass_by(self, wall, steady):
        self.wall_seconds += wall
        self.steady_seconds += steady


class TestClockWatch:
    @pytest.mark.parametrize("wall", [60.0, 59.5, 3_660.0])
    def test_a_clock_that_goes_on_or_leaps_forward_is_not_told(self, wall):
        clocks = Clocks()
        watch = clocks.watch()
        clocks.pass_by(wall, 60.0)
        assert watch.stepped_back() == 0

    def test_a_step_back_is_told_once_with_its_length(self):
        clocks = Clocks()
        watch = clocks.watch()
        clocks.pass_by(-3_540.0, 60.0)
        assert watch.stepped_back() == 3_600
        clocks.pass_by(1.0, 1.0)
        assert watch.stepped_back() == 0
