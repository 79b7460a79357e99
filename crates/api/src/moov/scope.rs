//! Scopes: what an access token lets its bearer do, as `/accounts/{accountID}/cards.read`.
//!
//! Every endpoint says which one it wants where it is registered: `Cards.read()`. Which
//! that is stands on each page of Moov's API reference.

/// What a scope is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// All accounts of the platform: making and listing them.
    Accounts,
    /// The routing numbers of banks.
    Fed,
    /// Financial institutions.
    Institutions,
    /// Whether the server answers.
    Ping,
    /// Public data about people and companies.
    ProfileEnrichment,
    /// An account's Apple Pay domains.
    ApplePay,
    /// An account's linked bank accounts.
    BankAccounts,
    /// An account's colours and logo.
    Branding,
    /// An account's capabilities.
    Capabilities,
    /// An account's linked cards.
    Cards,
    /// An account's documents and images.
    Files,
    /// An account's issued cards.
    IssuedCards,
    /// An account's payment methods.
    PaymentMethods,
    /// An account's own particulars.
    Profile,
    /// An account's representatives.
    Representatives,
    /// An account's links for what is still to be told.
    ResolutionLinks,
    /// An account's transfers, and its schedules.
    Transfers,
    /// An account's wallets.
    Wallets,
}

/// How far a scope reaches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reach {
    /// Looking.
    Read,
    /// Changing.
    Write,
    /// Ending an account's connection to the platform.
    Disconnect,
}

/// What an endpoint wants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Requirement {
    family: Family,
    reach: Reach,
}

impl Requirement {
    /// Whether it changes nothing.
    pub(crate) const fn is_for_looking(self) -> bool {
        matches!(self.reach, Reach::Read)
    }
}

/// What an access token gives.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scope {
    /// Which account's things, as its id in lower case; `None` for what is no account's.
    account: Option<Box<str>>,
    requirement: Requirement,
}

/// Every family, with its name and whether it is of one account.
const FAMILIES: [(Family, &str, bool); 18] = [
    (Family::Accounts, "accounts", false),
    (Family::Fed, "fed", false),
    (Family::Institutions, "institutions", false),
    (Family::Ping, "ping", false),
    (Family::ProfileEnrichment, "profile-enrichment", false),
    (Family::ApplePay, "apple-pay", true),
    (Family::BankAccounts, "bank-accounts", true),
    (Family::Branding, "branding", true),
    (Family::Capabilities, "capabilities", true),
    (Family::Cards, "cards", true),
    (Family::Files, "files", true),
    (Family::IssuedCards, "issued-cards", true),
    (Family::PaymentMethods, "payment-methods", true),
    (Family::Profile, "profile", true),
    (Family::Representatives, "representatives", true),
    (Family::ResolutionLinks, "resolution-links", true),
    (Family::Transfers, "transfers", true),
    (Family::Wallets, "wallets", true),
];

impl Family {
    /// For looking.
    #[must_use]
    pub const fn read(self) -> Requirement {
        Requirement { family: self, reach: Reach::Read }
    }

    /// For changing.
    #[must_use]
    pub const fn write(self) -> Requirement {
        Requirement { family: self, reach: Reach::Write }
    }

    /// For ending an account's connection.
    #[must_use]
    pub const fn disconnect(self) -> Requirement {
        Requirement { family: self, reach: Reach::Disconnect }
    }

    fn is_of_an_account(self) -> bool {
        FAMILIES.iter().any(|(family, _, is_of_an_account)| *family == self && *is_of_an_account)
    }
}

/// The most scopes that a token may have.
pub const SCOPES_MAX: usize = 256;

/// Reads a list of scopes with spaces between them. What is wrong with it is told in words.
pub fn parse_list(text: &str) -> Result<Vec<Scope>, String> {
    let words: Vec<_> = text.split_ascii_whitespace().take(SCOPES_MAX + 1).collect();
    if words.is_empty() {
        return Err("names no scope; one would be /accounts.read".to_owned());
    }
    if words.len() > SCOPES_MAX {
        return Err(format!("has more than {SCOPES_MAX} scopes"));
    }
    let read = |word: &&str| {
        Scope::parse(word).ok_or_else(|| format!("{word:?} is not a scope, such as /accounts.read"))
    };
    words.iter().map(read).collect()
}

impl std::fmt::Display for Scope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Requirement { family, reach } = self.requirement;
        let named = FAMILIES.iter().find(|(known, ..)| *known == family);
        let name = named.map_or("", |(_, name, _)| name);
        let reach = match reach {
            Reach::Read => "read",
            Reach::Write => "write",
            Reach::Disconnect => "disconnect",
        };
        match &self.account {
            Some(account) => write!(formatter, "/accounts/{account}/{name}.{reach}"),
            None => write!(formatter, "/{name}.{reach}"),
        }
    }
}

impl Scope {
    /// Reads one: `/ping.read`, `/accounts/5352b013-…/transfers.write`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Scope> {
        let (account, rest) = match text.strip_prefix("/accounts/") {
            Some(below) => {
                let (account, rest) = below.split_once('/')?;
                (Some(super::ids::canonical(account)?.into()), rest)
            }
            None => (None, text.strip_prefix('/')?),
        };
        let (name, reach) = rest.split_once('.')?;
        let named = FAMILIES.iter().find(|(_, known, _)| *known == name);
        let (family, _, is_of_an_account) = *named?;
        let reach = match reach {
            "read" => Reach::Read,
            "write" => Reach::Write,
            "disconnect" if family == Family::Profile => Reach::Disconnect,
            _ => return None,
        };
        let requirement = Requirement { family, reach };
        (account.is_some() == is_of_an_account).then_some(Scope { account, requirement })
    }

    /// The account whose things it opens, by its id.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether it gives what is wanted of an account, given by its id in lower case.
    #[must_use]
    pub fn gives(&self, requirement: Requirement, account: Option<&str>) -> bool {
        let account = account.filter(|_| requirement.family.is_of_an_account());
        self.requirement == requirement && self.account.as_deref() == account
    }
}

#[cfg(test)]
mod tests {
    use super::Family::{Accounts, Profile, Transfers, Wallets};
    use super::*;

    const ALICE: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
    const BOB: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";

    #[test]
    fn a_scope_gives_what_it_names_of_the_account_it_names() {
        let scope = Scope::parse(&format!("/accounts/{ALICE}/transfers.read")).unwrap();
        assert!(scope.gives(Transfers.read(), Some(ALICE)));
        assert!(!scope.gives(Transfers.write(), Some(ALICE)));
        assert!(!scope.gives(Wallets.read(), Some(ALICE)));
        assert!(!scope.gives(Transfers.read(), Some(BOB)));
        assert!(!scope.gives(Transfers.read(), None));
    }

    #[test]
    fn what_is_no_accounts_is_given_whatever_the_path_names() {
        let scope = Scope::parse("/accounts.write").unwrap();
        assert!(scope.gives(Accounts.write(), None));
        assert!(scope.gives(Accounts.write(), Some(ALICE)));
        assert!(!scope.gives(Profile.write(), Some(ALICE)));
    }

    #[test]
    fn every_scope_is_written_as_it_was_read() {
        for (_, name, is_of_an_account) in FAMILIES {
            for reach in ["read", "write"] {
                let text = if is_of_an_account {
                    format!("/accounts/{ALICE}/{name}.{reach}")
                } else {
                    format!("/{name}.{reach}")
                };
                assert_eq!(Scope::parse(&text).unwrap().to_string(), text);
            }
        }
        let text = format!("/accounts/{ALICE}/profile.disconnect");
        assert_eq!(Scope::parse(&text).unwrap().to_string(), text);
    }

    #[test]
    fn a_list_of_scopes_is_read_whole_or_refused() {
        let scopes = parse_list(" /ping.read  /accounts.write ").unwrap();
        assert_eq!(
            scopes.iter().map(Scope::to_string).collect::<Vec<_>>(),
            ["/ping.read", "/accounts.write"]
        );
        assert_eq!(
            parse_list("/ping.read /pong.read"),
            Err("\"/pong.read\" is not a scope, such as /accounts.read".to_owned())
        );
        assert_eq!(parse_list(" "), Err("names no scope; one would be /accounts.read".to_owned()));
        assert!(parse_list(&"/ping.read ".repeat(SCOPES_MAX)).is_ok());
        assert_eq!(
            parse_list(&"/ping.read ".repeat(SCOPES_MAX + 1)),
            Err("has more than 256 scopes".to_owned())
        );
    }

    #[test]
    fn an_accounts_id_may_be_in_capitals() {
        let scope = format!("/accounts/{}/cards.read", ALICE.to_uppercase());
        assert_eq!(Scope::parse(&scope).unwrap().account(), Some(ALICE));
    }

    #[test]
    fn what_is_no_scope_is_none() {
        for wrong in [
            "",
            "/",
            "ping.read",
            "/ping",
            "/ping.disconnect",
            "/ping.read.write",
            "/transfers.read",
            "/accounts/transfers.read",
            "/accounts//transfers.read",
            "/accounts/{accountID}/transfers.read",
            "/accounts/5352b013-ae58-4a63-8a3f-97f316a917cf/ping.read",
            "/accounts/5352b013-ae58-4a63-8a3f-97f316a917cf/transfers",
            "/accounts/5352b013ae584a638a3f97f316a917cf/transfers.read",
        ] {
            assert_eq!(Scope::parse(wrong), None, "{wrong}");
        }
    }
}
