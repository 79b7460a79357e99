"""Images and products, and the line items that show them."""

from moovio_sdk.models import errors

import answers
from sandbox import MERCHANT, NOBODY, START, dumped, usd
from scheduling import SchedulingTest

from picture import png

LATTE = {"currency": "USD", "valueDecimal": "4.00"}
OAT_MILK = {"currency": "USD", "valueDecimal": "1.50"}
PUBLIC_ID = answers.Matching("[A-Za-z0-9_-]{21}")


class Products(SchedulingTest):
    def upload(self, text="A latte", colour=b"\x40\x80\xc0"):
        """A new image of the merchant."""
        return self.moov.images.upload(
            account_id=MERCHANT,
            image={"file_name": "latte.png", "content": png(colour=colour), "content_type": "image/png"},
            metadata={"alt_text": text},
        ).result

    def product(self, **changed):
        """A new product of the merchant."""
        wanted = {"title": "Latte", "base_price": LATTE}
        return self.moov.products.create(account_id=MERCHANT, **{**wanted, **changed}).result

    def of_item(self, image):
        """An image as products and line items show it."""
        return {name: dumped(image)[name] for name in ("imageID", "altText", "link", "publicID")}

    def test_an_image_is_described_and_found_again(self):
        image = self.upload()
        told = dumped(image)
        link = told.pop("link")
        self.assertEqual(
            told,
            {
                "imageID": answers.SOME_ID,
                "publicID": PUBLIC_ID,
                "altText": "A latte",
                "createdOn": START,
                "updatedOn": START,
            },
        )
        self.assertTrue(link.endswith(f"/images/{image.public_id}"), link)
        ids = {"account_id": MERCHANT, "image_id": image.image_id}
        self.assertEqual(self.moov.images.get_metadata(**ids).result, image)
        self.assertEqual(self.moov.images.list(account_id=MERCHANT).result, [image])
        changed = self.moov.images.update_metadata(**ids, alt_text="A hot latte").result
        self.assertEqual(changed.alt_text, "A hot latte")

    def test_an_image_that_is_none_is_refused(self):
        with self.assertRaises(errors.MoovError) as caught:
            self.moov.images.upload(
                account_id=MERCHANT,
                image={"file_name": "a.png", "content": b"not a picture", "content_type": "image/png"},
            )
        self.assertEqual(caught.exception.status_code, 422)

    def test_a_product_is_made_found_listed_changed_and_disabled(self):
        image = self.upload()
        option = {"name": "Oat milk", "priceModifier": OAT_MILK}
        group = {"name": "Milk", "minSelect": 0, "maxSelect": 1, "options": [option]}
        product = self.product(images=[{"image_id": image.image_id}], option_groups=[group])
        self.assertEqual(
            dumped(product),
            {
                "productID": answers.SOME_ID,
                "title": "Latte",
                "basePrice": LATTE,
                "images": [self.of_item(image)],
                "optionGroups": [group],
                "createdOn": START,
                "updatedOn": START,
            },
        )
        ids = {"account_id": MERCHANT, "product_id": product.product_id}
        self.assertEqual(self.moov.products.get(**ids).result, product)
        self.assertIn(product, self.moov.products.list(account_id=MERCHANT).result)
        # What an update leaves out is gone.
        changed = self.moov.products.update(**ids, title="Flat white", base_price=LATTE).result
        self.assertEqual(
            (changed.title, changed.images or [], changed.option_groups or []), ("Flat white", [], [])
        )
        self.moov.products.disable(**ids)

    def test_a_line_item_shows_the_images_of_its_product(self):
        image = self.upload()
        product = self.product(images=[{"image_id": image.image_id}])
        item = {"name": "Latte", "basePrice": LATTE, "quantity": 3, "productID": product.product_id}
        transfer = self.pays(1200, lineItems={"items": [item]})
        schedule = self.create(occurrences=[{"runOn": "2026-02-01T00:00:00Z", "runTransfer": transfer}])
        [shown] = schedule["occurrences"][0]["runTransfer"]["lineItems"]["items"]
        self.assertEqual(shown, {**item, "images": [self.of_item(image)]})

    def test_the_line_items_of_a_run_are_those_of_its_transfer(self):
        item = {
            "name": "Latte",
            "basePrice": LATTE,
            "quantity": 1,
            "options": [{"name": "Oat milk", "quantity": 1, "priceModifier": OAT_MILK}],
        }
        transfer = self.pays(600, lineItems={"items": [item]}, salesTaxAmount=usd(50))
        schedule = self.create(occurrences=[{"runOn": "2026-02-01T00:00:00Z", "runTransfer": transfer}])
        self.sandbox.advance("2026-02-10T00:00:00Z")
        ran = self.occurrence(schedule["scheduleID"], "latest")
        self.assertEqual(self.transfer(ran["ranTransferID"])["lineItems"], {"items": [item]})

    def test_an_image_of_nobody_is_refused(self):
        item = {"name": "Latte", "basePrice": LATTE, "quantity": 1, "imageIDs": [NOBODY]}
        transfer = self.pays(400, lineItems={"items": [item]})
        with self.assertRaises(errors.ScheduleValidationError):
            self.create(occurrences=[{"runOn": "2026-02-01T00:00:00Z", "runTransfer": transfer}])
