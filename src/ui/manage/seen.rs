//! What management has been shown so far, by kind; and the parts of the page.

use std::sync::Arc;

use crate::domain::site::Site;
use crate::domain::staff::Right;
use crate::hub::asked::{PrinterSetup, Shown, SyncShown, Wanted};
use crate::views::manage::{CategoryRow, EmployeeRow, MailSetup, ProductRow, RatingRow, TableRow, Unprinted};

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    #[default]
    Products,
    Categories,
    Tables,
    Staff,
    Ratings,
    Printers,
    House,
    Mail,
    Sync,
}

impl Part {
    pub const ALL: [Part; 9] = [
        Part::Products,
        Part::Categories,
        Part::Tables,
        Part::Staff,
        Part::Ratings,
        Part::Printers,
        Part::House,
        Part::Mail,
        Part::Sync,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Part::Products => "products",
            Part::Categories => "categories",
            Part::Tables => "tables",
            Part::Staff => "staff",
            Part::Ratings => "ratings",
            Part::Printers => "printers",
            Part::House => "house",
            Part::Mail => "mail",
            Part::Sync => "sync",
        }
    }

    pub fn right(self) -> Right {
        match self {
            Part::Products | Part::Categories => Right::ManageMenu,
            Part::Tables => Right::ManageTables,
            Part::Staff => Right::ManageStaff,
            Part::Ratings => Right::SeeReports,
            Part::Printers => Right::ManagePrinters,
            Part::House | Part::Mail | Part::Sync => Right::ManageSite,
        }
    }

    /// The views that it is made of.
    pub fn needs(self) -> Vec<Wanted> {
        match self {
            Part::Products => vec![Wanted::Products {}, Wanted::Categories {}, Wanted::Stations {}],
            Part::Categories => vec![Wanted::Categories {}],
            Part::Tables => vec![Wanted::Tables {}],
            Part::Staff => vec![Wanted::Employees {}],
            Part::Ratings => vec![Wanted::Ratings { product: None, stars: None, before: None }],
            Part::Printers => vec![Wanted::Printers {}, Wanted::Stations {}],
            Part::House => vec![Wanted::Site {}],
            Part::Mail => vec![Wanted::Mail {}],
            Part::Sync => vec![Wanted::Sync {}],
        }
    }

    /// Whether rows are added to it here.
    pub fn grows(self) -> bool {
        !matches!(self, Part::Ratings) && !self.is_single()
    }

    /// One row, always there: settings of the house.
    pub fn is_single(self) -> bool {
        matches!(self, Part::House | Part::Mail | Part::Sync)
    }
}

/// The latest of each kind.
#[derive(Default)]
pub struct Seen(Vec<Arc<Shown>>);

macro_rules! kinds {
    ($($name:ident: $variant:ident.$field:ident -> $row:ty;)*) => {$(
        pub fn $name(&self) -> Option<&[$row]> {
            self.0.iter().find_map(|s| match &**s {
                Shown::$variant(shown) => Some(shown.$field.as_slice()),
                _ => None,
            })
        }
    )*};
}

impl Seen {
    pub fn keep(&mut self, shown: Arc<Shown>) {
        let kind = std::mem::discriminant(&*shown);
        self.0.retain(|s| std::mem::discriminant(&**s) != kind);
        self.0.push(shown);
    }

    kinds! {
        products: Products.products -> ProductRow;
        categories: Categories.categories -> CategoryRow;
        stations: Stations.stations -> String;
        unprinted: Stations.unprinted -> Unprinted;
        tables: Tables.tables -> TableRow;
        employees: Employees.employees -> EmployeeRow;
        ratings: Ratings.ratings -> RatingRow;
        printers: Printers.printers -> PrinterSetup;
    }

    pub fn site(&self) -> Option<&Site> {
        self.0.iter().find_map(|s| match &**s {
            Shown::Site(site) => Some(&**site),
            _ => None,
        })
    }

    pub fn mail(&self) -> Option<&MailSetup> {
        self.0.iter().find_map(|s| match &**s {
            Shown::Mail(setup) => Some(setup),
            _ => None,
        })
    }

    pub fn sync(&self) -> Option<&SyncShown> {
        self.0.iter().find_map(|s| match &**s {
            Shown::Sync(shown) => Some(shown),
            _ => None,
        })
    }

    /// Whether everything that the part is made of is there.
    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Products => self.products().is_some() && self.categories().is_some() && self.stations().is_some(),
            Part::Categories => self.categories().is_some(),
            Part::Tables => self.tables().is_some(),
            Part::Staff => self.employees().is_some(),
            Part::Ratings => self.ratings().is_some(),
            Part::Printers => self.printers().is_some() && self.stations().is_some(),
            Part::House => self.site().is_some(),
            Part::Mail => self.mail().is_some(),
            Part::Sync => self.sync().is_some(),
        }
    }

    pub fn count(&self, part: Part) -> Option<usize> {
        match part {
            Part::Products => self.products().map(<[_]>::len),
            Part::Categories => self.categories().map(<[_]>::len),
            Part::Tables => self.tables().map(<[_]>::len),
            Part::Staff => self.employees().map(<[_]>::len),
            Part::Printers => self.printers().map(<[_]>::len),
            Part::Ratings | Part::House | Part::Mail | Part::Sync => None,
        }
    }
}
