"""Tokens, customers, their cards, and recipients."""

import omise

import answers
from sandbox import START, SandboxTest, whole


class Tokens(SandboxTest):
    def test_a_token_carries_a_card_that_is_nobodys_yet(self):
        token = self.token()
        self.assertEqual(
            whole(token),
            answers.token(token.id, answers.card(token.card.id, START), START),
        )
        self.assertEqual(whole(omise.Token.retrieve(token.id)), whole(token))

    def test_a_token_that_was_charged_is_used(self):
        token = self.token()
        omise.Charge.create(amount=100000, currency="thb", card=token.id)
        self.assertTrue(token.reload().used)

    def test_the_brand_is_read_from_the_number(self):
        brands = {
            "4242424242424242": "Visa",
            "5555555555554444": "MasterCard",
            "3530111333300000": "JCB",
            "378282246310005": "American Express",
        }
        self.assertEqual({number: self.token(number).card.brand for number in brands}, brands)

    def test_two_tokens_of_one_number_have_one_fingerprint(self):
        first, second, other = self.token(), self.token(), self.token("5555555555554444")
        self.assertEqual(first.card.fingerprint, second.card.fingerprint)
        self.assertNotEqual(first.card.fingerprint, other.card.fingerprint)


class Customers(SandboxTest):
    def test_a_customer_takes_the_card_of_a_token_as_default(self):
        token = self.token()
        customer = omise.Customer.create(
            email="somchai@example.com",
            description="Somchai Prasert (id: 30)",
            card=token.id,
            metadata={"answer": 42},
        )
        self.assertEqual(
            whole(customer),
            answers.customer(
                customer.id,
                [answers.card(token.card.id, START, customer=customer.id)],
                START,
                metadata={"answer": 42},
            ),
        )
        self.assertEqual(whole(omise.Customer.retrieve(customer.id)), whole(customer))

    def test_a_customer_needs_no_card(self):
        customer = omise.Customer.create(email="somchai@example.com", description="Somchai Prasert (id: 30)")
        self.assertEqual(whole(customer), answers.customer(customer.id, [], START))

    def test_a_second_card_leaves_the_default_as_it_was(self):
        customer = self.customer()
        second = self.token("5555555555554444")
        default_card = customer.default_card
        customer.update(card=second.id)
        self.assertEqual(customer.default_card, default_card)
        self.assertEqual([card.id for card in customer.cards], [default_card, second.card.id])

    def test_a_customer_can_be_changed(self):
        customer = self.customer()
        customer.update(email="john@example.com", description="John", metadata={"tier": "gold"})
        self.assertEqual(
            whole(customer),
            answers.customer(
                customer.id,
                [answers.card(customer.default_card, START, customer=customer.id)],
                START,
                email="john@example.com",
                description="John",
                metadata={"tier": "gold"},
            ),
        )

    def test_customers_are_listed(self):
        customers = [whole(self.customer()) for _ in range(3)]
        self.assertEqual([whole(each) for each in omise.Customer.list()], customers)
        self.assertEqual(whole(omise.Customer.retrieve()), answers.listed(customers, "/customers", START))

    def test_a_destroyed_customer_has_no_cards_and_is_listed_no_more(self):
        customer = self.customer()
        customer.destroy()
        self.assertTrue(customer.destroyed)
        self.assertEqual(whole(customer), answers.customer(customer.id, [], START, deleted=True))
        self.assertEqual(len(omise.Customer.list()), 0)


class Cards(SandboxTest):
    def test_a_card_is_found_by_its_customer(self):
        customer = self.customer()
        card = omise.Card.retrieve(customer.id, customer.default_card)
        self.assertEqual(whole(card), answers.card(customer.default_card, START, customer=customer.id))
        self.assertEqual([whole(each) for each in customer.list_cards()], [whole(card)])

    def test_a_card_can_be_changed(self):
        customer = self.customer()
        card = omise.Card.retrieve(customer.id, customer.default_card)
        card.update(
            name="Somchai P.",
            city="Chiang Mai",
            postal_code="50000",
            expiration_month=11,
            expiration_year=2036,
        )
        self.assertEqual(
            whole(card),
            answers.card(
                card.id,
                START,
                customer=customer.id,
                name="Somchai P.",
                city="Chiang Mai",
                postal_code="50000",
                expiration_month=11,
                expiration_year=2036,
            ),
        )

    def test_a_destroyed_card_leaves_its_customer(self):
        customer = self.customer()
        card = omise.Card.retrieve(customer.id, customer.default_card)
        card.destroy()
        self.assertTrue(card.destroyed)
        self.assertEqual(whole(card), answers.card(card.id, START, customer=customer.id, deleted=True))
        self.assertEqual(whole(customer.reload()), answers.customer(customer.id, [], START))


class Recipients(SandboxTest):
    def recipient(self):
        return omise.Recipient.create(
            name="Somchai Prasert",
            email="somchai@example.com",
            type="individual",
            bank_account={"brand": "scb", "number": "1234567890", "name": "SOMCHAI PRASERT"},
        )

    def test_a_new_recipient_is_not_verified_yet(self):
        recipient = self.recipient()
        self.assertEqual(whole(recipient), answers.recipient(recipient.id, START))
        self.assertEqual(whole(omise.Recipient.retrieve(recipient.id)), whole(recipient))

    def test_the_sandbox_comes_with_a_verified_default_recipient(self):
        [recipient] = omise.Recipient.list()
        self.assertEqual((recipient.default, recipient.verified, recipient.active), (True, True, True))

    def test_a_recipient_can_be_changed(self):
        recipient = self.recipient()
        recipient.update(email="somchai@prasert.com", description="Landlord")
        self.assertEqual(
            whole(recipient),
            answers.recipient(recipient.id, START, email="somchai@prasert.com", description="Landlord"),
        )

    def test_a_destroyed_recipient_is_listed_no_more(self):
        recipient = self.recipient()
        self.assertEqual(len(omise.Recipient.list()), 2)
        recipient.destroy()
        self.assertTrue(recipient.destroyed)
        self.assertEqual(whole(recipient), answers.recipient(recipient.id, START, deleted=True))
        self.assertEqual(len(omise.Recipient.list()), 1)
