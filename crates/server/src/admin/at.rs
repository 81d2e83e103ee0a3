//! The cursor of a table that is ordered by a moment.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::db::Ts;

/// A row's place: its moment, and its id among those of the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The moment.
    pub at: Ts,
    /// The id.
    pub id: Uuid,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_micros(), self.id)
    }
}

/// It is no cursor.
#[derive(Clone, Copy, Debug)]
pub struct NoCursor;

impl FromStr for At {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (at, id) = text.split_once('.').ok_or(NoCursor)?;
        let micros = at.parse().map_err(|_| NoCursor)?;
        // What no database takes for a moment is none.
        let at =
            Some(Ts::from_micros(micros)).filter(|at| (Ts::from_micros(0)..=Ts::MAX).contains(at)).ok_or(NoCursor)?;
        Ok(Self { at, id: id.parse().map_err(|_| NoCursor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let at = At { at: Ts::from_micros(1_700_000_000_123_456), id: Uuid::from_u128(7) };
        assert_eq!(at.to_string().parse::<At>().unwrap(), at);
        for wrong in ["", "5", "x.y", "5.x", "-1.00000000-0000-0000-0000-000000000007"] {
            assert!(wrong.parse::<At>().is_err(), "{wrong}");
        }
    }
}
