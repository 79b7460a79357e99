//! What there is to pay.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    AccountId, CardId, ChargeId, Currency, CustomerId, IdempotencyKey, InstallationId, Instant,
    Money, PartyId, PaymentBody, PaymentId, PaymentMethodId, PaymentRequest, RecipientId, Remitted,
    ScheduleId, Slot,
};
use gateway::http::{Endpoint, HttpGateway, SigningSecret};
use gateway::upstream::{Limits, Names, Url};
use gateway::{Gateway, Inquiry, Lookup, Permit};
use store::model::ModelNameStore;
use store::{ForeignName, NameStore, RecordKey, RecordKind};

pub(crate) const ACCOUNT: AccountId = AccountId(1);
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// 2026-01-31T01:30:00Z.
const NOW: i64 = 1_769_823_000;

pub(crate) const LIMITS: Limits = Limits {
    concurrency: NonZeroU32::new(4).unwrap(),
    per_second: None,
    timeout: Duration::from_secs(20),
};
/// For servers that never answer.
pub(crate) const SHORT: Limits = Limits { timeout: Duration::from_millis(200), ..LIMITS };

pub(crate) fn now() -> Instant {
    Instant::from_nanoseconds(NOW * 1_000_000_000)
}

/// Names, and requests about what they name.
pub(crate) struct World {
    pub(crate) store: Arc<ModelNameStore>,
}

impl World {
    pub(crate) fn new() -> World {
        World { store: Arc::new(ModelNameStore::new()) }
    }

    pub(crate) fn names(&self) -> Names {
        Names::new(Arc::clone(&self.store) as Arc<dyn NameStore>)
    }

    pub(crate) fn endpoint(&self, url: &Url, limits: Limits) -> HttpGateway {
        let endpoint = Endpoint {
            url: url.clone(),
            secret: SigningSecret::read(SECRET).unwrap(),
            limits,
            keys_kept_for: None,
            absence_is_conclusive_after: None,
        };
        HttpGateway::new(endpoint, self.names(), Arc::new(now)).unwrap()
    }

    /// The key of what the upstream calls so.
    pub(crate) async fn key(&self, kind: RecordKind, text: &str) -> i64 {
        let name = ForeignName { account: ACCOUNT, kind, text: text.into() };
        self.store.intern(vec![name]).await.unwrap()[0]
    }

    /// What the upstream calls this.
    pub(crate) async fn name(&self, payment: PaymentId) -> Option<Box<str>> {
        self.store.names(vec![RecordKey::from(payment)]).await.unwrap().remove(0)
    }

    /// A charge of a schedule's on the last of January.
    pub(crate) async fn charge(&self, schedule: i64) -> PaymentRequest {
        let customer = CustomerId(self.key(RecordKind::Customer, "cust_test_1").await);
        let card = Some(CardId(self.key(RecordKind::Card, "card_test_1").await));
        let description = Some("Rent".into());
        let money = Money::new(100_000, Currency::THB);
        request(schedule, PaymentBody::Charge { customer, card, money, description })
    }

    pub(crate) async fn transfer(&self, schedule: i64) -> PaymentRequest {
        let recipient = RecipientId(self.key(RecordKind::Recipient, "recp_test_1").await);
        let money = Money::new(50_000, Currency::THB);
        request(schedule, PaymentBody::Transfer { recipient, money })
    }

    pub(crate) async fn remittance(&self, schedule: i64) -> PaymentRequest {
        let method = async |text| PaymentMethodId(self.key(RecordKind::PaymentMethod, text).await);
        let remitted = Remitted {
            partner: PartyId(self.key(RecordKind::Party, "partner-1").await),
            source: method("source-1").await,
            destination: method("destination-1").await,
            money: Money::new(2_500, Currency::USD),
            particulars: r#"{"description":"Dues"}"#.into(),
        };
        request(schedule, PaymentBody::Remittance(remitted))
    }
}

pub(crate) fn request(schedule: i64, body: PaymentBody) -> PaymentRequest {
    let slot = Slot::of_date(jiff::civil::date(2026, 1, 31));
    PaymentRequest {
        key: IdempotencyKey::of(InstallationId(7), ScheduleId(schedule), slot, 1),
        account: ACCOUNT,
        schedule: ScheduleId(schedule),
        slot,
        attempt: 1,
        body,
        at: now(),
    }
}

/// One payment, asked for.
pub(crate) async fn pay(gateway: &impl Gateway, request: PaymentRequest) -> engine::Outcome {
    gateway.pay(vec![request], Permit::unlimited()).await.remove(0)
}

/// One payment, looked up.
pub(crate) async fn look_up(
    gateway: &impl Gateway,
    request: PaymentRequest,
    accepted: Option<PaymentId>,
) -> Lookup {
    gateway.look_up(vec![Inquiry { request, due: now(), accepted }]).await.remove(0)
}

/// Some charge.
pub(crate) fn charge_id(key: i64) -> PaymentId {
    PaymentId::Charge(ChargeId(key))
}
