"""A case on the command line, from its opening to a move, and what is refused on the way."""

import pytest

from engine.store.store import Store

ON = ("--on", "2024-01-09")


class TestReading:
    def test_a_case_on_one_screen(self, treadway, assessed):
        shown = treadway("case", "show", "1001", *ON).out
        assert shown.startswith("OKAFOR, Ada   Born 14-Jul-1981 (42y)   Gender Female   Case no. 1001\n")
        assert "Where       S0 Diagnosis check, week 0, since 08-Jan-2024" in shown
        assert "Scores      PHQ-9: 17 (08-Jan-2024)" in shown
        assert "Taking      nothing recorded" in shown
        assert "  Ready     start_ssri" in shown

    def test_a_case_without_name_says_not_recorded(self, treadway, assessed):
        assert treadway("case", "show", "1002", *ON).out.startswith("Name not recorded   Born 14-Jul-1981")

    def test_the_list_holds_every_case_and_names_the_next_command(self, treadway, assessed):
        listed = treadway("case list")
        assert [line.split()[0] for line in listed.out.splitlines()] == ["Case", "1001", "1002"]
        assert listed.err == "Next: treadway case show 1001\n"

    def test_an_empty_list_says_how_to_begin(self, treadway, home):
        listed = treadway("case list")
        assert (listed.code, listed.out) == (0, "")
        assert "No cases yet." in listed.err
        assert "treadway case open" in listed.err

    def test_why_lists_no_then_not_recorded_then_yes(self, treadway, assessed):
        """Reasons against come first, then what is missing; each with its value and date."""
        treadway("case record 1001 mdq score=9 same_period=yes problem=serious --on 2024-01-09")
        why = treadway("case", "why", "1001", "start_ssri", "--on", "2024-01-25")
        lines = [line[2:16].strip() for line in why.out.splitlines()[1:]]
        words = [word for word in lines if word in ("no", "not recorded", "yes")]
        assert words == sorted(words, key=["no", "not recorded", "yes"].index)
        assert set(words) == {"no", "not recorded", "yes"}
        assert "because: An antidepressant alone can start mania" in why.out
        assert "PHQ-9, recorded in the last 14 days: Total out of date, 08-Jan-2024" in why.out

    def test_what_is_missing_is_named_as_it_would_be_recorded(self, treadway, assessed):
        asked = treadway("case", "ask", "1001", "start_ssri", "--on", "2024-01-23")
        assert asked.code == 1
        assert asked.out.startswith("Not yet: S1 Start an SSRI\n")
        assert "phq9 total" in asked.out
        assert "Next: treadway case record 1001" in asked.err

    def test_a_permitted_move_is_ready_and_the_next_command_makes_it(self, treadway, assessed):
        asked = treadway("case", "ask", "1001", "start_ssri", *ON)
        assert asked.code == 0
        assert asked.out.startswith("Ready: S1 Start an SSRI\n")
        assert asked.err == "Next: treadway case move 1001 start_ssri\n"

    def test_a_move_from_elsewhere_is_not_offered(self, treadway, assessed):
        asked = treadway("case", "ask", "1001", "augment", *ON)
        assert (asked.code, asked.out.splitlines()[0]) == (1, "Not offered: S3 Add a second medicine")

    def test_a_gate_shows_every_question(self, treadway, assessed):
        shown = treadway("case", "why", "1001", "reappraisal", *ON)
        assert shown.out.startswith("Reappraisal: ")
        assert "not recorded  ddi" not in shown.out
        assert "yes           ddi" in shown.out
        assert "not recorded  soc" in shown.out

    def test_an_option_is_judged_by_the_formulary_whatever_the_step(self, treadway, assessed):
        """An aneurysm closes esketamine: a hard stop, told as not offered."""
        treadway(
            "case record 1001 vascular_disease aneurysm=yes arteriovenous_malformation=no "
            "intracerebral_haemorrhage=no --on 2024-01-09"
        )
        answer = treadway("case", "why", "1001", "esketamine", *ON)
        assert answer.code == 1
        assert answer.out.startswith("Not offered: Esketamine")

    def test_history_tells_every_event_oldest_first(self, treadway, assessed):
        told = treadway("case history 1001").out.splitlines()
        assert told[0] == "   1  08-Jan-2024  case opened   (Dr Lind)"
        assert told[2].startswith("   3  08-Jan-2024  PHQ-9: thoughts of self-harm")
        assert [int(line[:4]) for line in told] == list(range(1, 13))

    def test_as_it_was_known_then(self, treadway, assessed):
        then = treadway("case", "show", "1001", "--as-of", "2", *ON)
        assert "Scores      none recorded" in then.out
        assert "event 2" in then.out

    def test_every_reading_leaves_a_line_in_the_audit(self, treadway, assessed):
        treadway("case", "show", "1001", *ON)
        treadway("case", "why", "1001", "start_ssri", *ON)
        treadway("case list")
        store = Store.open(str(assessed))
        rows = [(row.actor, row.action, row.case_ids) for row in store.read_audit("local")]
        store.close()
        assert rows == [
            ("Dr Lind", "read case", ("1001",)),
            ("Dr Lind", "read case", ("1001",)),
            ("Dr Lind", "list cases", ("1001", "1002")),
        ]


class TestWriting:
    def test_a_move_and_a_start(self, treadway, assessed):
        moved = treadway("case", "move", "1001", "start_ssri", *ON)
        assert moved.code == 0
        assert moved.out == "09-Jan-2024  MOVE start_ssri: S0 Diagnosis check -> S1 SSRI\n"
        assert moved.err.splitlines()[0] == "Saved. Case 1001 is at S1 SSRI, event 13."
        started = treadway("case", "start", "1001", "sertraline", "--dose-mg-per-day", "50", *ON)
        assert started.out == "09-Jan-2024  Started Sertraline 50 mg a day (primary)\n"
        shown = treadway("case", "show", "1001", *ON).out
        assert "Taking      Sertraline 50 mg a day, primary, since 09-Jan-2024" in shown

    def test_dose_and_stop(self, treadway, assessed):
        treadway("case", "move", "1001", "start_ssri", *ON)
        treadway("case", "start", "1001", "sertraline", "--dose-mg-per-day", "50", *ON)
        changed = treadway("case dose 1001 sertraline 100 --on 2024-01-23")
        assert changed.out == "23-Jan-2024  Dose of Sertraline 100 mg a day\n"
        stopped = treadway(
            "case", "stop", "1001", "sertraline", "--outcome", "intolerant", "--reason", "nausea",
            "--on", "2024-01-30",
        )  # fmt: skip
        assert stopped.out == (
            "30-Jan-2024  Stopped Sertraline, outcome: stopped for side effects, because: nausea\n"
        )

    def test_thoughts_of_suicide_stop_every_move_until_released(self, treadway, assessed):
        recorded = treadway("case record 1001 phq9 total=18 item9=2 --on 2024-01-09")
        assert recorded.code == 0
        assert "STOP Suicide risk: moves are frozen" in recorded.out
        assert "Next: treadway case release 1001 suicidality" in recorded.err
        refused = treadway("case", "move", "1001", "start_ssri", *ON)
        assert refused.code == 1
        assert refused.out.splitlines()[0] == "Blocked: S1 Start an SSRI"
        assert "Nothing was changed. The request is kept in the history." in refused.err
        shown = treadway("case", "show", "1001", *ON).out
        assert "STOP  Suicide risk, since 09-Jan-2024" in shown
        assert treadway("case list").out.splitlines()[1].endswith("STOP suicidality")
        too_early = treadway("case", "release", "1001", "suicidality", "--reason", "seen", *ON)
        assert too_early.code == 1
        treadway("case record 1001 cssrs risk=none --on 2024-01-09")
        released = treadway("case", "release", "1001", "suicidality", "--reason", "seen", *ON)
        assert released.out == "09-Jan-2024  Released Suicide risk, because: seen\n"

    def test_a_refused_request_is_kept_in_the_history(self, treadway, assessed):
        treadway("case", "move", "1002", "start_ssri", *ON)
        last = treadway("case history 1002").out.splitlines()[-1]
        assert "undecided: move start_ssri, because:" in last

    def test_a_deviation_needs_a_reason_and_is_kept(self, treadway, assessed):
        moved = treadway("case", "move", "1002", "start_ssri", "--deviate", "taken over from elsewhere", *ON)
        assert moved.code == 0
        assert "Deviation for start_ssri, until 08-Feb-2024, because: taken over from elsewhere" in moved.out
        assert "by deviation" in moved.out
        assert treadway("case", "move", "1001", "start_ssri", "--deviate", " ", *ON).code == 1

    def test_a_record_entered_in_error_is_struck_and_kept(self, treadway, assessed):
        treadway("case", "retract", "1001", "phq9", "--of", "2024-01-08", "--reason", "wrong chart", *ON)
        told = treadway("case history 1001").out
        assert "[entered in error, see 13]" in told
        assert "event 3 was entered in error, because: wrong chart" in told
        assert treadway("case", "ask", "1001", "start_ssri", *ON).out.startswith("Not yet:")

    def test_asked_and_not_known_is_told_apart_from_never_asked(self, treadway, assessed):
        treadway("case record 1002 tsh not_known --on 2024-01-09")
        why = treadway("case", "why", "1002", "start_ssri", *ON).out
        assert "Thyroid function, recorded in the last 6 months: TSH asked, not known, 09-Jan-2024" in why

    def test_a_note(self, treadway, assessed):
        treadway("case", "note", "1001", "Asked the pharmacy", *ON)
        assert "note: Asked the pharmacy" in treadway("case history 1001").out

    def test_signing_a_gate_that_is_not_answered_names_what_is_missing(self, treadway, assessed):
        treadway("case", "move", "1001", "start_ssri", *ON)
        signed = treadway("case", "sign", "1001", "reappraisal", "soc=yes", *ON)
        assert signed.code in (0, 1)
        assert treadway("case", "sign", "1001", "reappraisal", "nonsense=yes", *ON).code == 2

    def test_an_earlier_treatment_is_told_at_the_opening(self, treadway, home):
        earlier = (
            "sertraline from=2023-05-01 to=2023-08-01 dose_mg_per_day=150 days_covered_percent=95 "
            "outcome=no_response before=20 after=18"
        )
        who = ("--born", "1981-07-14", "--sex", "female")
        opened = treadway("case", "open", *who, "--on", "2024-01-08", "--earlier", earlier)
        assert opened.code == 0
        assert opened.out.splitlines() == [
            "Case 1001 opened on 08-Jan-2024 at S0 Diagnosis check",
            (
                "08-Jan-2024  Earlier treatment: Sertraline 150 mg a day, from 01-May-2023 to 01-Aug-2023, "
                "outcome: no response"
            ),
        ]

    def test_a_dry_run_says_what_would_happen_and_stores_nothing(self, treadway, assessed):
        before = treadway("case history 1001").out
        tried = treadway("case", "move", "1001", "start_ssri", "--dry-run", *ON)
        assert tried.code == 0
        assert "MOVE start_ssri" in tried.out
        assert "Nothing was stored. Case 1001 would be at S1 SSRI, event 13." in tried.err
        assert treadway("case", "move", "1001", "augment", "--dry-run", *ON).code == 1
        assert treadway("case history 1001").out == before


class TestAConflict:
    def test_a_stale_write_is_refused_with_what_happened_since(self, treadway, assessed):
        treadway("case", "note", "1001", "theirs", *ON)
        stale = treadway("case", "note", "1001", "mine", "--if-match", "12", *ON)
        assert stale.code == 4
        assert "Nothing was stored. Since event 12:" in stale.err
        assert "note: theirs   (Dr Lind)" in stale.err
        assert "mine" not in treadway("case history 1001").out

    def test_the_right_seq_is_accepted(self, treadway, assessed):
        assert treadway("case", "note", "1001", "mine", "--if-match", "12", *ON).code == 0

    def test_a_key_sent_again_writes_nothing_and_gives_the_same_events(self, treadway, assessed):
        first = treadway("case", "note", "1001", "once", "--key", "k1", "--json", *ON).json
        again = treadway("case", "note", "1001", "once", "--key", "k1", "--json", *ON).json
        assert (first["replayed"], again["replayed"]) == (False, True)
        assert again["events"] == first["events"]
        other = treadway("case", "note", "1001", "another", "--key", "k1", *ON)
        assert other.code == 2
        assert treadway("case history 1001").out.count("note:") == 1


class TestWrongWords:
    @pytest.mark.parametrize(
        ("command", "code", "near"),
        [
            pytest.param("case move 1001 start_sri", 2, "start_ssri", id="move"),
            pytest.param("case start 1001 sertralin", 2, "sertraline", id="option"),
            pytest.param("case record 1001 phq8 total=3", 2, "phq9", id="evidence-type"),
            pytest.param("case record 1001 phq9 totl=3", 1, "total", id="field"),
            pytest.param("case record 1001 pregnancy status=pregnat", 1, "pregnant", id="code"),
            pytest.param("case sign 1001 reapraisal", 2, "reappraisal", id="gate"),
            pytest.param("case release 1001 suicidalty --reason x", 2, "suicidality", id="interrupt"),
            pytest.param("case why 1001 esketamin", 2, "esketamine", id="asked"),
            pytest.param("case stop 1001 sertraline --outcome intollerant", 1, "intolerant", id="outcome"),
            pytest.param("case show 1003", 3, "1001", id="case"),
            pytest.param(
                "case open stepwise-depresion --born 1981-07-14", 3, "stepwise-depression", id="algorithm"
            ),
            pytest.param(
                "case record 1001 phq9 total=3 item9=0 --role x", 2, "", id="option-of-another-command"
            ),
        ],
    )
    def test_an_unknown_name_suggests_a_near_one_and_stores_nothing(
        self, treadway, assessed, command, code, near
    ):
        before = treadway("case history 1001").out
        result = treadway(command)
        assert result.code == code
        assert near in result.err
        assert treadway("case history 1001").out == before

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            pytest.param("phq9 total=300 item9=0", "Total must be 0 to 27; 300 is impossible", id="range"),
            pytest.param("phq9 total=-1 item9=0", "must be 0 to 27", id="below"),
            pytest.param("phq9 total=17.5 item9=0", "not a whole number", id="fraction"),
            pytest.param("phq9 total=NaN item9=0", "not a number", id="nan"),
            pytest.param("phq9 total=much item9=0", "not a number", id="word"),
            pytest.param(
                "phq9 total=20 item9=0 item1=1 item2=1 item3=1 item4=1 item5=1 item6=1 item7=1 item8=1",
                "the other answers give 8", id="total-is-not-the-sum",
            ),
            pytest.param("phq9 total=17 item9=0 --on 2999-01-01", "after today", id="future"),
            pytest.param("phq9 total=17 item9=0 --on 1066-01-01", "outside 1901 to 2099", id="long-ago"),
            pytest.param("phq9 total=17", "needs", id="required-field-missing"),
            pytest.param("mdd_interview met=perhaps", "not yes or no", id="neither-yes-nor-no"),
        ],
    )  # fmt: skip
    def test_impossible_evidence_is_refused_with_the_field_and_the_fix(
        self, treadway, assessed, values, said
    ):
        before = treadway("case history 1001").out
        result = treadway(f"case record 1001 {values}")
        assert result.code == 1
        assert said in result.err
        assert result.err.count("\n") >= 2
        assert treadway("case history 1001").out == before

    @pytest.mark.parametrize(
        "command",
        [
            "case record 1001 phq9 total",
            "case record 1001 phq9 total=1 total=2",
            "case record 1001 phq9",
            "case record 1001 phq9 total=3 --on yesterday",
            "case record 1001 phq9 total=3 --on 20240109",
            "case start 1001 sertraline --dose-mg-per-day fifty",
            "case start 1001 sertraline --dose-mg-per-day -50",
            "case start 1001 sertraline --role main",
            "case sign 1001 reappraisal soc=maybe",
            "case show 1001 --as-of first",
            "case open stepwise-depression --sex female",
            "case open --born 1981-07-14 --earlier sertraline",
            "case open --born 1981-07-14 --earlier from=2023-01-01",
            "case release 1001 suicidality",
        ],
    )
    def test_a_command_written_wrongly_says_how_to_write_it(self, treadway, assessed, command):
        result = treadway(command)
        assert result.code == 2
        assert result.err.startswith("error: ")
        assert "nvalid" not in result.err
