"""What moov-go's own tests and examples of schedules do, request by request.

Retold from `Test_Schedules`, `Test_Schedules_LineItems` (pkg/moov) and
examples/schedules of github.com/moovfinancial/moov-go: the same fixed accounts,
the same bodies, the same assertions, the same clearing away, and a reader as strict
as theirs. They send no version.
"""

import copy

import strict
from moov_go import MoovGoTest
from wire import MERCHANT, MERCHANT_WALLET_METHOD, PARTNER

PRODUCT = "11d58aa0-fb14-4aaf-ac04-8b7cfc282ca4"
NOW = "2040-03-01T00:00:00Z"
NEXT_MONTH = "2040-04-01T00:00:00Z"


class AsMoovGo(MoovGoTest):
    def setUp(self):
        super().setUp()
        self.payer = self.account()["accountID"]
        self.clear_away(f"/accounts/{self.payer}")
        # Seven months from now.
        card = self.card("08", "26")
        self.clear_away(f"/accounts/{self.payer}/cards/{card['cardID']}")
        self.source = card["paymentMethods"][0]["paymentMethodID"]

    def account(self):
        """A new account of a person."""
        individual = {
            "name": {"firstName": "John", "lastName": "Doe"},
            "phone": {"number": "555-555-5555", "countryCode": "1"},
            "email": "noreply@moov.io",
        }
        body = {"accountType": "individual", "profile": {"individual": individual}}
        return self.read(
            self.send("POST", "/accounts", body, X_Wait_For="connection"), strict.ACCOUNT
        )

    def card(self, month, year):
        """A card of that person."""
        body = {
            "cardNumber": "4111111111111111",
            "cardCvv": "123",
            "expiration": {"month": month, "year": year},
            "holderName": "john doe",
            "billingAddress": {
                "addressLine1": "123 Main Street",
                "city": "City",
                "stateOrProvince": "CO",
                "postalCode": "12345",
                "country": "US",
            },
        }
        path = f"/accounts/{self.payer}/cards"
        return self.read(self.send("POST", path, body, X_Wait_For="payment-method"), strict.CARD)

    def pays(self, value, description, partner=PARTNER, to=MERCHANT_WALLET_METHOD, **changed):
        """What a run pays."""
        return {
            "description": description,
            "amount": {"value": value, "currency": "USD"},
            "partnerAccountID": partner,
            "source": {"paymentMethodID": self.source},
            "destination": {"paymentMethodID": to},
            **changed,
        }

    def create(self, **body):
        """A new schedule of the partner."""
        path = f"/accounts/{PARTNER}/schedules"
        schedule = self.read(self.send("POST", path, body), strict.SCHEDULE)
        self.clear_away(f"{path}/{schedule['scheduleID']}")
        return schedule

    def update(self, schedule, body):
        """A schedule of the partner, changed."""
        path = f"/accounts/{PARTNER}/schedules/{schedule['scheduleID']}"
        return self.read(self.send("PUT", path, body), strict.SCHEDULE)

    def test_schedules(self):
        self.schedules_paid_to(MERCHANT_WALLET_METHOD)

    def test_schedules_as_they_were_first_paid_to_a_bank_account(self):
        body = {
            "account": {
                "holderName": "Schedule deposit target",
                "holderType": "individual",
                "bankAccountType": "checking",
                "accountNumber": "123456780",
                "routingNumber": "273976369",
            }
        }
        path = f"/accounts/{MERCHANT}/bank-accounts"
        answer = self.send("POST", path, body, X_Wait_For="payment-method")
        linked = self.read(answer, strict.BANK_ACCOUNT)
        self.clear_away(f"{path}/{linked['bankAccountID']}")
        self.schedules_paid_to(linked["paymentMethods"][0]["paymentMethodID"])

    def schedules_paid_to(self, method):
        schedule = self.create(
            description="a simple schedule",
            recur={
                "start": NEXT_MONTH,
                "recurrenceRule": "FREQ=MONTHLY;COUNT=6",
                "runTransfer": self.pays(
                    100, "example of a description for all of the occurrences", to=method
                ),
            },
            occurrences=[
                {
                    "runTransfer": self.pays(200, "setup fee and first month example", to=method),
                    "runOn": NOW,
                }
            ],
        )
        id = schedule["scheduleID"]
        self.assertEqual(len(schedule["occurrences"]), 7)
        self.assertEqual(schedule["occurrences"][0]["runOn"], NOW)

        for party in (self.payer, PARTNER, MERCHANT):
            with self.subTest("get and list", party=party):
                path = f"/accounts/{party}/schedules"
                got = self.read(self.send("GET", f"{path}/{id}"), strict.SCHEDULE)
                self.assertEqual(got, schedule)
                listed = self.read(self.send("GET", f"{path}?count=10&skip=0"), [strict.SCHEDULE])
                self.assertIn(schedule, listed)

        upsert = to_update(schedule)
        self.assertEqual(len(upsert["occurrences"]), 7)
        upsert["recur"]["runTransfer"]["amount"]["value"] = 200
        upsert["occurrences"][0]["runOn"] = "2040-03-02T00:00:00Z"
        upsert["occurrences"][1]["runTransfer"]["amount"]["value"] = 300
        upsert["occurrences"][2]["canceled"] = True
        upsert["occurrences"].append(
            {
                "runTransfer": self.pays(1, "late fee fine", to=method),
                "runOn": "2040-03-01T01:00:00Z",
            }
        )
        updated = self.update(schedule, upsert)["occurrences"]
        self.assertEqual(updated[0]["runTransfer"]["amount"]["value"], 1)
        self.assertEqual(updated[1]["runOn"], "2040-03-02T00:00:00Z")
        self.assertEqual(updated[2]["runTransfer"]["amount"]["value"], 300)
        self.assertIn("canceledOn", updated[3])

        canceled = self.send("DELETE", f"/accounts/{PARTNER}/schedules/{id}")
        self.assertEqual((canceled.status, canceled.body), (204, b""))

    def test_schedules_with_line_items(self):
        image = self.image("Latte image")
        self.clear_away(f"/accounts/{MERCHANT}/images/{image['imageID']}")
        of_item = strict.of_item(image)
        option = {
            "name": "Oat Milk",
            "quantity": 1,
            "priceModifier": {"currency": "USD", "valueDecimal": "1.50"},
            "group": "Milk",
        }
        item = {
            "name": "Cappuccino",
            "basePrice": {"currency": "USD", "valueDecimal": "4.00"},
            "quantity": 1,
            "productID": PRODUCT,
        }
        ids = {"imageIDs": [image["imageID"]]}
        sent = {"items": [{**item, **ids, "options": [{**option, **ids}]}]}
        shown = {"images": [of_item]}
        expected = {"items": [{**item, **shown, "options": [{**option, **shown}]}]}

        transfer = self.pays(550, "recurring transfer", lineItems=sent)
        schedule = self.create(
            description="schedule with line items",
            occurrences=[{"runOn": NOW, "runTransfer": transfer}],
            recur={
                "start": NEXT_MONTH,
                "recurrenceRule": "FREQ=MONTHLY;COUNT=3",
                "runTransfer": transfer,
            },
        )
        self.assertEqual(schedule["recur"]["runTransfer"]["lineItems"], expected)
        self.assertEqual(
            [each["runTransfer"]["lineItems"] for each in schedule["occurrences"]], [expected] * 4
        )

        upsert = to_update(schedule)
        self.assertEqual(len(upsert["occurrences"]), 4)
        self.assertEqual(upsert["recur"]["runTransfer"]["lineItems"], sent)
        upsert["recur"]["runTransfer"]["lineItems"]["items"][0]["name"] = "Latte"
        upsert["occurrences"] = upsert["occurrences"][:1]
        first = upsert["occurrences"][0]["runTransfer"]
        first["amount"]["value"] = 625
        first["lineItems"]["items"][0]["options"].append(
            {
                "name": "Vanilla Syrup",
                "quantity": 1,
                "priceModifier": {"currency": "USD", "valueDecimal": "0.75"},
                "group": "Flavors",
                **ids,
            }
        )
        updated = self.update(schedule, upsert)
        [latte] = updated["recur"]["runTransfer"]["lineItems"]["items"]
        self.assertEqual(latte["name"], "Latte")
        first, *others = [
            each["runTransfer"]["lineItems"]["items"] for each in updated["occurrences"]
        ]
        self.assertEqual(len(first[0]["options"]), 2)
        syrup = first[0]["options"][1]
        self.assertEqual(
            (syrup["name"], syrup["priceModifier"]["valueDecimal"], syrup["group"]),
            ("Vanilla Syrup", "0.75", "Flavors"),
        )
        self.assertEqual([items[0]["name"] for items in others], ["Latte"] * 3)

    def test_a_loan(self):
        self.loan_of(PARTNER)

    def test_a_loan_without_a_partner(self):
        # Its newer structs always send the partner; without one it is empty.
        self.assertEqual(self.loan_of("")["partnerAccountID"], PARTNER)

    def loan_of(self, partner):
        fees = self.pays(2, "Tax, Title, Registration", partner)
        return self.create(
            description="Car Loan",
            occurrences=[{"runTransfer": fees, "runOn": "2040-03-10T12:00:00Z"}],
            recur={
                "start": "2040-04-10T12:00:00Z",
                "recurrenceRule": "FREQ=MONTHLY;BYDAY=+1MO;COUNT=36",
                "runTransfer": self.pays(1, "Monthly payment", partner),
            },
        )

    def test_a_payment_tomorrow(self):
        self.create(
            description="Delayed Payment",
            occurrences=[
                {"runTransfer": self.pays(2, "Payment for ..."), "runOn": "2040-03-11T12:00:00Z"}
            ],
        )

    def test_a_subscription(self):
        schedule = self.create(
            description="Streaming Services",
            recur={
                "start": "2040-03-10T12:00:00Z",
                "recurrenceRule": "FREQ=MONTHLY",
                "runTransfer": self.pays(1, "Monthly payment"),
            },
        )
        path = f"/accounts/{PARTNER}/schedules/{schedule['scheduleID']}/occurrences"
        answer = self.send("GET", f"{path}/2040-03-10T12:00:00Z")
        occurrence = self.read(answer, strict.OCCURRENCE)
        self.assertNotIn("status", occurrence)

    def test_the_merchant_is_found_by_name(self):
        found = self.read(
            self.send("GET", "/accounts?name=Lincoln+National+Corporation"), [strict.ACCOUNT]
        )
        self.assertEqual([each["accountID"] for each in found], [MERCHANT])

    def test_a_card_of_2040_is_a_card(self):
        self.assertEqual(self.card("04", "40")["expiration"], {"month": "04", "year": "40"})


def to_update(schedule):
    """A schedule as moov-go's `ToUpdateSchedule` sends it back."""
    recur, occurrences = copy.deepcopy((schedule["recur"], schedule["occurrences"]))
    if not recur["indefinite"]:
        del recur["indefinite"]
    sent = [
        {name: each[name] for name in ("occurrenceID", "runTransfer", "runOn")}
        for each in occurrences
    ]
    for transfer in (recur["runTransfer"], *(each["runTransfer"] for each in sent)):
        for item in transfer.get("lineItems", {"items": []})["items"]:
            for each in (item, *item["options"]):
                if images := each.pop("images", []):
                    each["imageIDs"] = [image["imageID"] for image in images]
    return {"description": schedule["description"], "recur": recur, "occurrences": sent}
