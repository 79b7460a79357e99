"""What a restart keeps."""

import pathlib
import tempfile

from scheduling import SchedulingTest


class Restart(SchedulingTest):
    def start_sandbox(self, **options):
        """Starts a sandbox on data that stays."""
        if not hasattr(self, "data"):
            folder = tempfile.TemporaryDirectory()
            self.addCleanup(folder.cleanup)
            self.data = pathlib.Path(folder.name) / "kalends.db"
        super().start_sandbox(data=self.data, **options)

    def test_a_schedule_and_the_ids_of_its_occurrences_outlive_a_restart(self):
        schedule = self.create(
            occurrences=[{"runOn": "2026-01-20T00:00:00Z", "runTransfer": self.pays(500)}],
            recur=self.recurs("FREQ=MONTHLY;COUNT=6", start="2026-02-01T00:00:00Z"),
        )
        id = schedule["scheduleID"]
        self.update(
            id, occurrences=[{"occurrenceID": schedule["occurrences"][3]["occurrenceID"], "canceled": True}]
        )
        self.sandbox.advance("2026-03-02T00:00:00Z")
        before = self.get(id)
        self.sandbox.stop()
        self.start_sandbox()
        self.assertEqual(self.get(id), before)
        self.sandbox.advance("2027-01-01T00:00:00Z")
        self.assertEqual(
            [("ranOn" in each, "canceledOn" in each) for each in self.get(id)["occurrences"]],
            [(True, False)] * 3 + [(False, True)] + [(True, False)] * 3,
        )
