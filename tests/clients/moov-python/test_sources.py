"""What money comes from and goes to: cards, bank accounts, wallets, payment methods."""

from moovio_sdk.models import components, errors

import answers
from sandbox import (
    MERCHANT,
    MERCHANT_WALLET_METHOD,
    NOBODY,
    PARTNER,
    PARTNER_WALLET_METHOD,
    SandboxTest,
    dumped,
)


class Sources(SandboxTest):
    def setUp(self):
        super().setUp()
        self.account = self.customer()

    def methods(self, **filters):
        """The payment methods of the customer, by kind."""
        listed = self.moov.payment_methods.list(account_id=self.account, **filters).result
        return {str(each.payment_method_type.value): each.payment_method_id for each in listed}

    def test_a_card_is_shown_without_its_number(self):
        card = self.card(self.account)
        told = dumped(card)
        expected = {
            "cardID": answers.SOME_ID,
            "brand": "Visa",
            "lastFourCardNumber": "1111",
            "bin": "411111",
            "expiration": {"month": "10", "year": "35"},
            "holderName": "Ada Lovelace",
            "billingAddress": {"postalCode": "12345"},
            "cardOnFile": True,
        }
        self.assertEqual({name: told.get(name) for name in expected}, expected)
        self.assertEqual(
            [each.payment_method_type.value for each in card.payment_methods][0], "card-payment"
        )
        got = dumped(self.moov.cards.get(account_id=self.account, card_id=card.card_id).result)
        del told["paymentMethods"]
        self.assertEqual(got, told)
        self.assertEqual([dumped(each) for each in self.moov.cards.list(account_id=self.account).result], [got])

    def test_a_disabled_card_is_listed_no_more_and_pays_no_more(self):
        card = self.card(self.account)
        self.moov.cards.disable(account_id=self.account, card_id=card.card_id)
        self.assertEqual(self.moov.cards.list(account_id=self.account).result, [])
        self.assertEqual(set(self.methods()), {"moov-wallet"})

    def test_test_values_decide_what_a_check_of_a_card_says(self):
        for cvv, postal_code, checked in (
            ("111", "11111", ("match", "match")),
            ("222", "22222", ("noMatch", "noMatch")),
            ("888", "88888", ("notChecked", "notChecked")),
            ("999", "99999", ("unavailable", "unavailable")),
        ):
            with self.subTest(cvv=cvv):
                card = self.moov.cards.link(
                    account_id=self.customer(),
                    card_number="5555555555554444",
                    card_cvv=cvv,
                    expiration={"month": "01", "year": "35"},
                    billing_address={"postal_code": postal_code},
                ).result
                verification = card.card_verification
                self.assertEqual((verification.cvv.value, verification.postal_code.value), checked)

    def test_brands_are_told_by_their_numbers(self):
        for number, brand in {
            "4111111111111111": "Visa",
            "5555555555554444": "Mastercard",
            "6011111111111117": "Discover",
            "371111111111114": "American Express",
        }.items():
            with self.subTest(brand=brand):
                cvv = "1234" if brand == "American Express" else "123"
                card = self.moov.cards.link(
                    account_id=self.account,
                    card_number=number,
                    card_cvv=cvv,
                    expiration={"month": "01", "year": "35"},
                    billing_address={"postal_code": "12345"},
                ).result
                self.assertEqual(card.brand.value, brand)

    def test_a_number_that_is_no_card_is_refused(self):
        with self.assertRaises(errors.LinkCardError) as caught:
            self.card(self.account, "4111111111111112")
        self.assertEqual(caught.exception.status_code, 422)
        self.assertTrue(caught.exception.data.card_number)

    def test_a_bank_account_becomes_verified_by_micro_deposits(self):
        bank_account = self.bank_account(self.account)
        self.assertEqual(bank_account.status.value, "new")
        before = set(self.methods(source_id=bank_account.bank_account_id))
        self.verify(self.account, bank_account)
        ids = {"account_id": self.account, "bank_account_id": bank_account.bank_account_id}
        self.assertEqual(self.moov.bank_accounts.get(**ids).result.status.value, "verified")
        after = set(self.methods(source_id=bank_account.bank_account_id))
        self.assertNotIn("ach-debit-collect", before)
        self.assertLessEqual({"ach-debit-fund", "ach-debit-collect", "ach-credit-standard", "ach-credit-same-day"}, after)

    def test_a_bank_account_is_shown_without_its_number(self):
        told = dumped(self.bank_account(self.account))
        expected = {
            "bankAccountID": answers.SOME_ID,
            "holderName": "Ada Lovelace",
            "holderType": "individual",
            "bankAccountType": "checking",
            "routingNumber": "322271627",
            "lastFourAccountNumber": "1234",
        }
        self.assertEqual({name: told[name] for name in expected}, expected)
        self.assertNotIn("1001001234", str(told))

    def test_a_disabled_bank_account_is_listed_no_more(self):
        bank_account = self.bank_account(self.account)
        ids = {"account_id": self.account, "bank_account_id": bank_account.bank_account_id}
        self.moov.bank_accounts.disable(**ids)
        self.assertEqual(self.moov.bank_accounts.list(account_id=self.account).result, [])

    def test_an_account_comes_with_a_wallet(self):
        [wallet] = self.moov.wallets.list(account_id=self.account).result
        self.assertEqual(
            (wallet.available_balance.value, wallet.available_balance.currency, wallet.status.value),
            (0, "USD", "active"),
        )
        got = self.moov.wallets.get(account_id=self.account, wallet_id=wallet.wallet_id).result
        self.assertEqual(got, wallet)

    def test_payment_methods_named_by_the_seed_are_those(self):
        for account, method in ((PARTNER, PARTNER_WALLET_METHOD), (MERCHANT, MERCHANT_WALLET_METHOD)):
            with self.subTest(account=account):
                got = self.moov.payment_methods.get(account_id=account, payment_method_id=method).result
                self.assertEqual(
                    (got.payment_method_id, got.payment_method_type.value), (method, "moov-wallet")
                )

    def test_payment_methods_are_listed_by_kind_and_source(self):
        card = self.card(self.account)
        self.assertLessEqual({"card-payment", "moov-wallet"}, set(self.methods()))
        self.assertNotIn("moov-wallet", self.methods(source_id=card.card_id))
        only = components.PaymentMethodType.CARD_PAYMENT
        self.assertEqual(set(self.methods(payment_method_type=only)), {"card-payment"})

    def test_a_payment_method_of_others_is_a_404(self):
        for method in (MERCHANT_WALLET_METHOD, NOBODY):
            with self.assertRaises(errors.APIError) as caught:
                self.moov.payment_methods.get(account_id=self.account, payment_method_id=method)
            self.assertEqual(caught.exception.status_code, 404)
