"""Every schedule call of the SDK."""

import omise

import answers
from sandbox import START, SandboxTest, next_dates, whole


class ChargeSchedules(SandboxTest):
    def setUp(self):
        super().setUp()
        self.payer = self.customer()

    def schedule(self, charge=None, **rule):
        """A charge schedule of the payer, whose dates lie ahead if nothing else is said."""
        return omise.Schedule.create(
            **{"every": 1, "start_date": "2026-01-02", "end_date": "2026-03-31", **rule},
            charge={"customer": self.payer.id, "amount": 100000, **(charge or {})},
        )

    def scheduled_charge(self, **changed):
        return answers.scheduled_charge(
            100000,
            self.payer.id,
            created_at=START,
            **{"card": self.payer.default_card, **changed},
        )

    def assert_scheduled(self, schedule, period, on, in_words, dates):
        self.assertEqual(
            whole(schedule),
            answers.schedule(
                schedule.id,
                every=1,
                period=period,
                on=on,
                in_words=in_words,
                start_on="2026-01-02",
                end_on="2026-03-31",
                next_occurrences_on=dates,
                created_at=START,
                charge=self.scheduled_charge(),
            ),
        )

    def test_a_schedule_that_starts_today_has_run_when_it_is_answered(self):
        schedule = self.schedule(every=2, period="day", start_date="2026-01-01", end_date="2026-01-09")
        [occurrence] = schedule.occurrences
        self.assertEqual(
            whole(schedule),
            answers.schedule(
                schedule.id,
                every=2,
                period="day",
                on={},
                in_words="Every 2 day(s)",
                start_on="2026-01-01",
                end_on="2026-01-09",
                next_occurrences_on=["2026-01-03", "2026-01-05", "2026-01-07", "2026-01-09"],
                created_at=START,
                charge=self.scheduled_charge(),
                occurrences=[
                    answers.occurrence(
                        schedule.id,
                        scheduled_on="2026-01-01",
                        created_at=START,
                        processed_at=START,
                        result=answers.some_id("chrg"),
                    )
                ],
            ),
        )
        self.assertEqual(omise.Charge.retrieve(occurrence.result).schedule, schedule.id)

    def test_a_schedule_starts_today_if_it_says_nothing_else(self):
        schedule = omise.Schedule.create(
            every=1,
            period="day",
            end_date="2026-01-03",
            charge={"customer": self.payer.id, "amount": 100000},
        )
        self.assertEqual(schedule.start_on, "2026-01-01")
        self.assertEqual(len(schedule.occurrences), 1)
        self.assertEqual(next_dates(schedule), ["2026-01-02", "2026-01-03"])

    def test_a_daily_schedule_shows_the_next_thirty_dates(self):
        schedule = self.schedule(period="day")
        january = [f"2026-01-{day:02}" for day in range(2, 32)]
        self.assert_scheduled(schedule, "day", {}, "Every 1 day(s)", january)

    def test_a_weekly_schedule_falls_on_its_weekdays(self):
        schedule = self.schedule(period="week", on={"weekdays": ["Monday", "friday"]}, end_date="2026-03-31")
        self.assert_scheduled(
            schedule,
            "week",
            {"weekdays": ["monday", "friday"]},
            "Every 1 week(s) on Monday and Friday",
            ["2026-01-02", "2026-01-05", "2026-01-09", "2026-01-12", "2026-01-16", "2026-01-19", "2026-01-23"]
            + [
                "2026-01-26",
                "2026-01-30",
                "2026-02-02",
                "2026-02-06",
                "2026-02-09",
                "2026-02-13",
                "2026-02-16",
            ]
            + [
                "2026-02-20",
                "2026-02-23",
                "2026-02-27",
                "2026-03-02",
                "2026-03-06",
                "2026-03-09",
                "2026-03-13",
            ]
            + ["2026-03-16", "2026-03-20", "2026-03-23", "2026-03-27", "2026-03-30"],
        )

    def test_every_third_week_counts_from_the_week_of_the_start(self):
        schedule = self.schedule(
            every=3, period="week", on={"weekdays": ["monday", "saturday"]}, end_date="2026-02-28"
        )
        self.assertEqual(schedule.in_words, "Every 3 week(s) on Monday and Saturday")
        self.assertEqual(
            next_dates(schedule), ["2026-01-03", "2026-01-19", "2026-01-24", "2026-02-09", "2026-02-14"]
        )

    def test_a_monthly_schedule_falls_on_its_days(self):
        schedule = self.schedule(period="month", on={"days_of_month": [1, 16]})
        self.assert_scheduled(
            schedule,
            "month",
            {"days_of_month": [1, 16]},
            "Every 1 month(s) on the 1st and 16th",
            ["2026-01-16", "2026-02-01", "2026-02-16", "2026-03-01", "2026-03-16"],
        )

    def test_the_31st_of_a_shorter_month_is_its_last_day(self):
        schedule = self.schedule(period="month", on={"days_of_month": [31]})
        self.assert_scheduled(
            schedule,
            "month",
            {"days_of_month": [31]},
            "Every 1 month(s) on the 31st",
            ["2026-01-31", "2026-02-28", "2026-03-31"],
        )

    def test_days_that_fall_together_in_a_shorter_month_are_one_date(self):
        schedule = self.schedule(period="month", on={"days_of_month": [29, 30, 31]})
        self.assertEqual(schedule.in_words, "Every 1 month(s) on the 29th, 30th, and 31st")
        self.assertEqual(
            next_dates(schedule),
            [
                "2026-01-29",
                "2026-01-30",
                "2026-01-31",
                "2026-02-28",
                "2026-03-29",
                "2026-03-30",
                "2026-03-31",
            ],
        )

    def test_an_ordinal_weekday_may_be_spelled_out(self):
        schedule = self.schedule(period="month", on={"weekday_of_month": "second_monday"})
        self.assert_scheduled(
            schedule,
            "month",
            {"weekday_of_month": "2nd_monday"},
            "Every 1 month(s) on the 2nd Monday",
            ["2026-01-12", "2026-02-09", "2026-03-09"],
        )

    def test_the_last_weekday_of_a_month_is_found_in_each(self):
        schedule = self.schedule(period="month", on={"weekday_of_month": "last_friday"})
        self.assert_scheduled(
            schedule,
            "month",
            {"weekday_of_month": "last_friday"},
            "Every 1 month(s) on the last Friday",
            ["2026-01-30", "2026-02-27", "2026-03-27"],
        )

    def test_a_charge_may_name_its_card_and_say_what_it_is_for(self):
        self.payer.update(card=self.token("5555555555554444").id)
        [_, second] = self.payer.list_cards()
        schedule = self.schedule(
            period="month",
            on={"days_of_month": [15]},
            charge={"card": second.id, "description": "Membership fee", "metadata": {"member": 42}},
        )
        self.assertEqual(
            whole(schedule)["charge"],
            self.scheduled_charge(
                default_card=False, card=second.id, description="Membership fee", metadata={"member": 42}
            ),
        )

    def test_a_schedule_is_found_again_as_it_was_made(self):
        schedule = self.schedule(period="month", on={"days_of_month": [15]})
        self.assertEqual(whole(omise.Schedule.retrieve(schedule.id)), whole(schedule))

    def test_reloading_shows_what_has_happened_since(self):
        schedule = self.schedule(period="month", on={"days_of_month": [15]})
        self.sandbox.advance("2026-02-01T00:00:00Z")
        schedule.reload()
        [occurrence] = schedule.occurrences
        self.assertEqual(occurrence.scheduled_on, "2026-01-15")
        self.assertEqual(next_dates(schedule), ["2026-02-15", "2026-03-15"])

    def test_a_schedule_with_one_date_left_is_expiring(self):
        schedule = self.schedule(period="month", on={"days_of_month": [15]}, end_date="2026-01-31")
        self.assertEqual((schedule.status, schedule.active), ("expiring", True))
        self.assertEqual(next_dates(schedule), ["2026-01-15"])

    def test_a_destroyed_schedule_has_no_dates_and_runs_no_more(self):
        schedule = self.schedule(period="month", on={"days_of_month": [15]})
        schedule.destroy()
        self.assertTrue(schedule.destroyed)
        self.assertEqual(
            whole(schedule),
            answers.schedule(
                schedule.id,
                every=1,
                period="month",
                on={"days_of_month": [15]},
                in_words="Every 1 month(s) on the 15th",
                start_on="2026-01-02",
                end_on="2026-03-31",
                next_occurrences_on=[],
                created_at=START,
                charge=self.scheduled_charge(),
                status="deleted",
                active=False,
                deleted=True,
                ended_at=START,
            ),
        )
        self.sandbox.advance("2026-04-01T00:00:00Z")
        self.assertEqual(len(schedule.occurrence()), 0)
        self.assertEqual(len(omise.Charge.list()), 0)

    def test_occurrences_are_listed_and_found_one_by_one(self):
        schedule = self.schedule(period="month", on={"days_of_month": [1, 16]})
        self.sandbox.advance("2026-02-02T00:00:00Z")
        occurrences = schedule.occurrence()
        first, second = occurrences
        self.assertEqual(
            whole(occurrences),
            answers.listed(
                [
                    answers.occurrence(
                        schedule.id,
                        scheduled_on="2026-01-16",
                        created_at=START,
                        processed_at="2026-01-16T01:30:00Z",
                        result=answers.some_id("chrg"),
                    ),
                    answers.occurrence(
                        schedule.id,
                        scheduled_on="2026-02-01",
                        created_at="2026-01-16T01:30:00Z",
                        processed_at="2026-02-01T01:30:00Z",
                        result=answers.some_id("chrg"),
                    ),
                ],
                f"/schedules/{schedule.id}/occurrences",
                to="2026-02-02T00:00:00Z",
            ),
        )
        self.assertEqual(whole(omise.Occurrence.retrieve(first.id)), whole(first))
        self.assertEqual(whole(omise.Occurrence.retrieve(second.id)), whole(second))

    def test_schedules_are_listed_by_account_and_by_customer(self):
        mine = self.schedule(period="month", on={"days_of_month": [15]})
        other = self.customer()
        theirs = omise.Schedule.create(
            every=1,
            period="day",
            start_date="2026-01-02",
            end_date="2026-01-31",
            charge={"customer": other.id, "amount": 2000},
        )
        paid_out = omise.Schedule.create(
            every=1,
            period="day",
            start_date="2026-01-02",
            end_date="2026-01-31",
            transfer={"recipient": self.default_recipient().id},
        )
        every_one = [whole(mine), whole(theirs), whole(paid_out)]
        self.assertEqual([whole(each) for each in omise.Schedule.list()], every_one)
        self.assertEqual(whole(omise.Schedule.retrieve()), answers.listed(every_one, "/schedules", START))
        self.assertEqual(
            whole(omise.Charge.list_schedules()), answers.listed(every_one[:2], "/charges/schedules", START)
        )
        self.assertEqual(
            whole(self.payer.schedule()),
            answers.listed(every_one[:1], f"/customers/{self.payer.id}/schedules", START),
        )
        self.assertEqual([whole(each) for each in other.list_schedules()], every_one[1:2])

    def test_a_page_of_a_list_can_be_asked_for_from_the_newest_on(self):
        made = [self.schedule(period="month", on={"days_of_month": [day]}) for day in (5, 6, 7)]
        page = omise.Schedule.list().offset(limit=2, offset=1, order="reverse_chronological")
        self.assertEqual([whole(each) for each in page], [whole(made[1]), whole(made[0])])
        self.assertEqual(len(omise.Schedule.list()), 3)

    def test_an_older_version_answers_with_its_older_names(self):
        omise.api_version = "2017-11-02"
        schedule = self.schedule(period="month", on={"days_of_month": [15]})
        answer = whole(schedule)
        shown = {
            name: answer[name]
            for name in ("status", "start_date", "end_date", "next_occurrence_dates", "created", "in_words")
        }
        self.assertEqual(
            shown,
            {
                "status": "active",
                "start_date": "2026-01-02",
                "end_date": "2026-03-31",
                "next_occurrence_dates": ["2026-01-15", "2026-02-15", "2026-03-15"],
                "created": START,
                "in_words": "Every 1 month(s) on the 15th",
            },
        )
        self.assertEqual(answer["charge"]["currency"], "thb")
        self.assertEqual(set(answer) & {"start_on", "end_on", "next_occurrences_on", "created_at"}, set())


class TransferSchedules(SandboxTest):
    def setUp(self):
        super().setUp()
        # 100,000 less 3.65 % and the tax on it.
        omise.Charge.create(amount=100000, currency="thb", card=self.token().id)
        self.recipient = self.default_recipient()

    def schedule(self, **transfer):
        return omise.Schedule.create(
            every=1,
            period="week",
            on={"weekdays": ["friday"]},
            start_date="2026-01-02",
            end_date="2026-01-31",
            transfer={"recipient": self.recipient.id, **transfer},
        )

    def assert_scheduled(self, schedule, **transfer):
        self.assertEqual(
            whole(schedule),
            answers.schedule(
                schedule.id,
                every=1,
                period="week",
                on={"weekdays": ["friday"]},
                in_words="Every 1 week(s) on Friday",
                start_on="2026-01-02",
                end_on="2026-01-31",
                next_occurrences_on=["2026-01-02", "2026-01-09", "2026-01-16", "2026-01-23", "2026-01-30"],
                created_at=START,
                transfer=answers.scheduled_transfer(self.recipient.id, START, **transfer),
            ),
        )

    def first_transfer_of(self, schedule):
        """Runs the first date alone, and gives what was paid out on it."""
        self.sandbox.advance("2026-01-03T00:00:00Z")
        [occurrence] = schedule.occurrence()
        self.assertEqual(
            whole(occurrence),
            answers.occurrence(
                schedule.id,
                scheduled_on="2026-01-02",
                created_at=START,
                processed_at="2026-01-02T01:05:00Z",
                result=occurrence.result,
            ),
        )
        return omise.Transfer.retrieve(occurrence.result)

    def test_a_fixed_amount_is_transferred(self):
        schedule = self.schedule(amount=30000)
        self.assert_scheduled(schedule, amount=30000)
        transfer = self.first_transfer_of(schedule)
        self.assertEqual((transfer.amount, transfer.schedule), (30000, schedule.id))

    def test_a_percentage_of_the_balance_is_transferred(self):
        schedule = self.schedule(percentage_of_balance=75)
        self.assert_scheduled(schedule, percentage_of_balance=75.0)
        transfer = self.first_transfer_of(schedule)
        self.assertEqual((transfer.amount, transfer.schedule), (72070, schedule.id))

    def test_the_whole_balance_is_transferred_where_no_amount_is_named(self):
        schedule = self.schedule()
        self.assert_scheduled(schedule, percentage_of_balance=100.0)
        transfer = self.first_transfer_of(schedule)
        self.assertEqual((transfer.amount, transfer.schedule), (96094, schedule.id))
        self.assertEqual(omise.Balance.retrieve().transferable, 0)
