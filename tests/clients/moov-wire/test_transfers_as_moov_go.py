"""What moov-go's own tests of transfers do, request by request.

Retold from `Test_Transfers` and `Test_Cancellations` (pkg/moov) of
github.com/moovfinancial/moov-go: the same accounts, bodies and assertions, and a
reader as strict as theirs.
"""

import uuid

import strict
from moov_go import MoovGoTest
from wire import MERCHANT, PARTNER

PRODUCT = "1e262367-de3e-4acb-ae02-7f56e83632ee"
TRANSFERS = f"/accounts/{PARTNER}/transfers"


class TransfersAsMoovGo(MoovGoTest):
    def setUp(self):
        super().setUp()
        body = {
            "source": {"accountID": MERCHANT},
            "destination": {"accountID": PARTNER},
            "amount": {"currency": "USD", "value": 1},
        }
        options = self.read(
            self.send("POST", f"/accounts/{PARTNER}/transfer-options", body),
            strict.TRANSFER_OPTIONS,
        )
        self.between = {
            "source": self.method(options["sourceOptions"], "ach-debit-fund"),
            "destination": self.method(options["destinationOptions"], "moov-wallet"),
        }

    def method(self, options, wanted):
        """The payment method of a kind among options."""
        [found] = [each for each in options if each["paymentMethodType"] == wanted]
        return {"paymentMethodID": found["paymentMethodID"]}

    def make(self, known, amount=("usd", 1), **more):
        """A transfer, whole if that is waited for."""
        currency, value = amount
        body = {**self.between, "amount": {"currency": currency, "value": value}}
        headers = {"X_Idempotency_Key": str(uuid.uuid4())}
        if known is strict.TRANSFER:
            headers["X_Wait_For"] = "rail-response"
        return self.read(self.send("POST", TRANSFERS, {**body, **more}, **headers), known)

    def test_transfers(self):
        self.make(strict.STARTED)
        self.make(strict.TRANSFER)
        path = f"/accounts/{MERCHANT}/transfers?accountIDs={MERCHANT}"
        listed = self.read(self.send("GET", path), [strict.TRANSFER])
        self.assertEqual(len(listed), 2)

    def test_transfers_with_line_items(self):
        image = self.image("Test image from moov-go SDK")
        self.clear_away(f"/accounts/{MERCHANT}/images/{image['imageID']}")
        sent, shown = {"imageIDs": [image["imageID"]]}, {"images": [strict.of_item(image)]}

        def items(images):
            usd = {"currency": "USD"}
            cream_cheese = {
                "group": "Toppings",
                "name": "Cream Cheese",
                "priceModifier": {**usd, "valueDecimal": "0.01"},
                "quantity": 2,
            }
            bagel = {
                "name": "Bagel",
                "productID": PRODUCT,
                "basePrice": {**usd, "valueDecimal": "0.03"},
                "options": [{"name": "Everything Bagel", "quantity": 1, **images}, cream_cheese],
                "quantity": 2,
                **images,
            }
            water = {"name": "Water", "basePrice": {**usd, "valueDecimal": "0.01"}, "quantity": 1}
            return {"items": [bagel, water]}

        made = self.make(strict.TRANSFER, ("USD", 11), lineItems=items(sent))
        self.assertEqual(made["lineItems"], items(shown))

    def test_cancellations(self):
        path = f"{TRANSFERS}/{self.make(strict.TRANSFER)['transferID']}/cancellations"
        created = self.read(self.send("POST", path), strict.CANCELLATION)
        fetched = self.read(
            self.send("GET", f"{path}/{created['cancellationID']}"), strict.CANCELLATION
        )
        self.assertEqual(fetched["cancellationID"], created["cancellationID"])
