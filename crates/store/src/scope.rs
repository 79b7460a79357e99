//! How far a restricted key reaches.

/// A part of what is served.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Area {
    /// Schedules and their occurrences, in any dialect.
    Schedules,
    /// Customers, cards, recipients, charges, transfers, balances: all else in a dialect.
    Payments,
    /// Webhook endpoints and deliveries.
    Webhooks,
    /// What an operator looks after: clock, lane, payments that wait, the record.
    Operations,
    /// Keys.
    Keys,
}

/// Whether something is only read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reach {
    /// It is.
    Read,
    /// It may be changed.
    Write,
}

/// Something that a request may want of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scope {
    /// Of what.
    pub area: Area,
    /// How far.
    pub reach: Reach,
}

impl Scope {
    /// All that there are.
    pub const ALL: [Scope; 10] = {
        const fn of(area: Area, reach: Reach) -> Scope {
            Scope { area, reach }
        }
        [
            of(Area::Schedules, Reach::Read),
            of(Area::Schedules, Reach::Write),
            of(Area::Payments, Reach::Read),
            of(Area::Payments, Reach::Write),
            of(Area::Webhooks, Reach::Read),
            of(Area::Webhooks, Reach::Write),
            of(Area::Operations, Reach::Read),
            of(Area::Operations, Reach::Write),
            of(Area::Keys, Reach::Read),
            of(Area::Keys, Reach::Write),
        ]
    };

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.area, self.reach) {
            (Area::Schedules, Reach::Read) => "schedules.read",
            (Area::Schedules, Reach::Write) => "schedules.write",
            (Area::Payments, Reach::Read) => "payments.read",
            (Area::Payments, Reach::Write) => "payments.write",
            (Area::Webhooks, Reach::Read) => "webhooks.read",
            (Area::Webhooks, Reach::Write) => "webhooks.write",
            (Area::Operations, Reach::Read) => "operations.read",
            (Area::Operations, Reach::Write) => "operations.write",
            (Area::Keys, Reach::Read) => "keys.read",
            (Area::Keys, Reach::Write) => "keys.write",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// The bits that allow it. Whoever may change something may read it.
    const fn bits(self) -> u16 {
        let area = match self.area {
            Area::Schedules => 0,
            Area::Payments => 2,
            Area::Webhooks => 4,
            Area::Operations => 6,
            Area::Keys => 8,
        };
        let reach = match self.reach {
            Reach::Read => 0b01,
            Reach::Write => 0b11,
        };
        reach << area
    }
}

/// Scopes together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// Whether they allow something.
    #[must_use]
    pub const fn allow(self, wanted: Scope) -> bool {
        self.0 & wanted.bits() == wanted.bits()
    }

    /// Whether they allow all that others do.
    #[must_use]
    pub const fn include(self, others: Scopes) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those that are there, without those that others imply.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        let is_implied = move |scope: &Scope| {
            scope.reach == Reach::Read && self.allow(Scope { reach: Reach::Write, ..*scope })
        };
        Scope::ALL.into_iter().filter(move |scope| self.allow(*scope) && !is_implied(scope))
    }

    /// As they are stored.
    #[must_use]
    pub const fn stored(self) -> u16 {
        self.0
    }

    /// As they were stored; `None` for what allows nothing, or something that there is not.
    #[must_use]
    pub fn from_stored(stored: u16) -> Option<Scopes> {
        let all: Scopes = Scope::ALL.into_iter().collect();
        let scopes = Scopes(stored);
        let is_whole = scopes.iter().collect::<Scopes>() == scopes;
        (stored != 0 && all.include(scopes) && is_whole).then_some(scopes)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Scopes {
        Scopes(scopes.into_iter().fold(0, |bits, scope| bits | scope.bits()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_change_something_may_read_it_and_nothing_else() {
        let scopes: Scopes = [Scope::named("schedules.write").unwrap()].into_iter().collect();
        let allowed = Scope::ALL.into_iter().filter(|scope| scopes.allow(*scope));
        assert_eq!(
            allowed.map(Scope::name).collect::<Vec<_>>(),
            ["schedules.read", "schedules.write"]
        );
        assert_eq!(scopes.iter().map(Scope::name).collect::<Vec<_>>(), ["schedules.write"]);
    }

    #[test]
    fn scopes_are_stored_and_what_stands_for_none_is_refused() {
        for scope in Scope::ALL {
            let scopes: Scopes = [scope].into_iter().collect();
            assert_eq!(Scopes::from_stored(scopes.stored()), Some(scopes));
            assert_eq!(Scope::named(scope.name()), Some(scope));
        }
        // Changing without reading, and areas that there are not.
        for stored in [0, 0b10, 1 << 10, u16::MAX] {
            assert_eq!(Scopes::from_stored(stored), None, "{stored:b}");
        }
    }
}
