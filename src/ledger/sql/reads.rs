//! Questions to the ledger, and what their rows mean. Decides nothing.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use carrier_sdk::{Label, LabelFormat};
use jiff::Timestamp;

use super::engine::{Asked, Engine, Fields};
use crate::ledger::gauges::StateRow;
use crate::ledger::rows::{self, Cell};
use crate::ledger::{
    Due, Filter, Gauges, KeptLabel, LedgerError, Look, Note, OrderRow, Paused, Personal, PrintJob,
    PrintKind, Resting, Worker, queries,
};
use crate::life::{Life, Standing, State};
use crate::order::Key;
use crate::outbox::OutboxRow;

/// A ledger as it is asked.
pub struct Reads<E> {
    pub engine: Arc<E>,
}

type Answer<T> = Result<T, LedgerError>;

impl<E: Engine> Reads<E> {
    pub async fn due(&self, look: Look<'_>) -> Answer<Vec<Due>> {
        let except: HashSet<String> = look.except.iter().map(Key::to_string).collect();
        let wanted = |row: &E::Row| match except.contains(row.text(2)?) {
            true => Ok(None),
            false => due(row).map(Some),
        };
        let found = self.each(self.engine.due(look), wanted).await?;
        Ok(found.into_iter().flatten().take(look.limit).collect())
    }

    pub async fn next_due(&self) -> Answer<Option<Timestamp>> {
        let found = self.each(self.engine.next_due(), |row| Ok(row.number_if_any(0)?));
        Ok(found.await?.into_iter().flatten().min().map(rows::moment))
    }

    pub async fn order(&self, key: &Key) -> Answer<Option<Due>> {
        let found = self.find(queries::ORDER, [key.to_string().into()], due);
        Ok(found.await?.pop())
    }

    pub async fn notes(&self, key: &Key) -> Answer<Vec<Note>> {
        let of = key.to_string();
        self.find(queries::TIMELINE, [of.into()], note).await
    }

    pub async fn account_notes(&self, account: &str) -> Answer<Vec<Note>> {
        let of = rows::subject(account);
        self.find(queries::TIMELINE, [of.into()], note).await
    }

    pub async fn resting(&self, not_before: Timestamp) -> Answer<Vec<Resting>> {
        self.find(queries::RESTING, [not_before.into()], |row| {
            Ok(Resting {
                account: row.text(0)?.to_owned(),
                since: rows::moment(row.number(1)?),
                until: rows::moment(row.number(2)?),
            })
        })
        .await
    }

    pub async fn workers(&self) -> Answer<Vec<Worker>> {
        self.find(queries::WORKERS, [], |row| {
            Ok(Worker {
                worker: row.text(0)?.to_owned(),
                started_at: rows::moment(row.number(1)?),
                seen_at: rows::moment(row.number(2)?),
                stopped_at: row.number_if_any(3)?.map(rows::moment),
            })
        })
        .await
    }

    pub async fn remarks(&self, about: &str) -> Answer<Vec<Note>> {
        let of = rows::remark(about);
        self.find(queries::TIMELINE, [of.into()], note).await
    }

    pub async fn booked_since(&self, account: &str, since: Timestamp) -> Answer<u64> {
        let values = [account.into(), since.into()];
        let counted = self.find(queries::BOOKED_SINCE, values, |row| number(row, 0));
        Ok(counted.await?.pop().unwrap_or_default())
    }

    pub async fn pressing(&self, state: State, limit: usize) -> Answer<Vec<Life>> {
        let values = [state.name().into(), limit.into()];
        self.find(queries::PRESSING, values, |row| life(row.text(0)?))
            .await
    }

    pub async fn open_by(&self, moments: &[Timestamp]) -> Answer<Vec<u64>> {
        let mut counts = Vec::with_capacity(moments.len());
        for moment in moments {
            let counted = self.find(queries::OPEN_BY, [(*moment).into()], |row| number(row, 0));
            counts.push(counted.await?.pop().unwrap_or_default());
        }
        Ok(counts)
    }

    pub async fn set_aside(&self, since: Timestamp) -> Answer<Vec<Life>> {
        self.find(queries::SET_ASIDE, [since.into()], |row| life(row.text(0)?))
            .await
    }

    pub async fn list(&self, filter: Filter) -> Answer<Vec<OrderRow>> {
        let wanted = |state| filter.states.is_empty() || filter.states.contains(state);
        let states = rows::STATES.iter();
        let states = states.map(|state| if wanted(state) { state.name() } else { "" });
        let mut values: Vec<Cell> = states.map(Cell::from).collect();
        let text = filter.text.clone().unwrap_or_default();
        values.extend([
            filter.standing.map_or("", Standing::name).into(),
            queries::containing(&text).into(),
            queries::phone(&text).into(),
            filter.limit.into(),
        ]);
        let found = self.engine.ask(E::WORDS.of(queries::LIST).into(), values);
        self.each(found, |row| {
            Ok(OrderRow {
                life: life(row.text(0)?)?,
                changed_at: rows::moment(row.number(1)?),
            })
        })
        .await
    }

    pub async fn count(&self) -> Answer<Vec<(State, u64)>> {
        self.find(queries::COUNT, [], |row| {
            let state = rows::state(row.text(0)?).ok_or_else(|| unknown("a state"))?;
            Ok((state, number(row, 1)?))
        })
        .await
    }

    pub async fn gauges(&self, now: Timestamp) -> Answer<Gauges> {
        let mut gauges = Gauges::default();
        let orders = self.find(queries::GAUGES_OF_ORDERS, [now.into()], state_row);
        for row in orders.await? {
            gauges.count_in(&row);
        }
        let doubt = self.one(queries::GAUGES_OF_DOUBT, |row| Ok(row.number_if_any(0)?));
        gauges.in_doubt_since = doubt.await?.map(rows::moment);
        gauges.strays = self
            .one(queries::GAUGES_OF_STRAYS, |row| number(row, 0))
            .await?;
        let (unsent, since) = self.one(queries::GAUGES_OF_OUTBOX, counted).await?;
        gauges.unsent = unsent;
        gauges.unsent_since = since.map(rows::moment);
        let (unprinted, since) = self.one(queries::GAUGES_OF_PRINT_JOBS, counted).await?;
        gauges.unprinted = unprinted;
        gauges.unprinted_since = since.map(rows::moment);
        let inside: u64 = self.one(E::WORDS.size, |row| number(row, 0)).await?;
        gauges.bytes = inside + self.engine.size_beside();
        Ok(gauges)
    }

    pub async fn labels(&self, key: &Key) -> Answer<Vec<KeptLabel>> {
        let found = self.find(queries::LABELS_OF, [key.to_string().into()], kept_label);
        self.with_bytes(found.await?, labelled).await
    }

    pub async fn label(&self, id: &str) -> Answer<Option<KeptLabel>> {
        let found = self.find(queries::LABEL, [id.into()], kept_label);
        Ok(self.with_bytes(found.await?, labelled).await?.pop())
    }

    /// The oldest place of a label that lies beside the database.
    pub async fn oldest_place(&self) -> Answer<Option<String>> {
        self.one(queries::OLDEST_PLACE, |row| {
            Ok(row.text_if_any(0)?.map(str::to_owned))
        })
        .await
    }

    /// Fetches what lies beside the database, and puts it where it belongs; none was erased there.
    async fn with_bytes<T>(
        &self,
        found: Vec<(T, Option<String>)>,
        put: impl Fn(T, Option<Bytes>) -> Option<T>,
    ) -> Answer<Vec<T>> {
        let mut whole = Vec::with_capacity(found.len());
        for (one, place) in found {
            let Some(place) = place else {
                whole.push(one);
                continue;
            };
            let bytes = self.engine.label_at(place).await?;
            whole.extend(put(one, bytes.map(Bytes::from)));
        }
        Ok(whole)
    }

    pub async fn personal(&self, key: &Key) -> Answer<Vec<Personal>> {
        let of = || [key.to_string().into()];
        let contents = self.find(queries::CONTENTS_OF, of(), |row| {
            Ok(Personal {
                what: format!("the order, revision {}", row.number(0)?),
                bytes: row.text(1)?.into(),
                erase_after: rows::moment(row.number(2)?),
            })
        });
        let mut kept = contents.await?;
        let answers = self.find(queries::ANSWERS_OF, of(), |row| {
            let at = rows::moment(row.number(0)?);
            Ok(Personal {
                what: format!("a carrier's answer of {at:.0}, status {}", row.number(1)?),
                bytes: row.bytes(2)?,
                erase_after: rows::moment(row.number(3)?),
            })
        });
        kept.extend(answers.await?);
        let labels = self.find(queries::LABELS_KEPT_OF, of(), |row| {
            let label = Personal {
                what: format!("label {} ({})", row.text(0)?, row.text(1)?),
                bytes: row.bytes(2)?,
                erase_after: rows::moment(row.number(3)?),
            };
            Ok((label, place(row, 4)?))
        });
        let labels = self.with_bytes(labels.await?, |mut label, bytes| {
            label.bytes = bytes?.into();
            Some(label)
        });
        kept.extend(labels.await?);
        Ok(kept)
    }

    pub async fn paused(&self) -> Answer<Vec<Paused>> {
        self.find(queries::PAUSED, [], |row| {
            Ok(Paused {
                account: row.text(0)?.to_owned(),
                why: serde_json::from_str(row.text(1)?)
                    .map_err(|error| LedgerError::Unreadable(error.to_string()))?,
                since: rows::moment(row.number(2)?),
            })
        })
        .await
    }

    pub async fn print_jobs(&self, limit: usize) -> Answer<Vec<PrintJob>> {
        let found = self.find(queries::UNPRINTED, [limit.into()], print_job);
        let jobs = self.with_bytes(found.await?, |mut job, bytes| {
            let label = job.label.take().zip(bytes);
            job.label = label.map(|(label, bytes)| Label { bytes, ..label });
            Some(job)
        });
        jobs.await
    }

    pub async fn unsent(&self, limit: usize, printed: bool) -> Answer<Vec<OutboxRow>> {
        self.each(self.engine.unsent(limit, printed), |row| {
            Ok(OutboxRow {
                id: row.number(0)?,
                event_id: row.text(1)?.to_owned(),
                routing_key: row.text(2)?.to_owned(),
                body: Bytes::from(row.text(3)?.to_owned()),
            })
        })
        .await
    }

    /// The one row of an aggregate.
    async fn one<T>(&self, text: &'static str, read: impl Fn(&E::Row) -> Answer<T>) -> Answer<T> {
        let row = self.find(text, [], read).await?.pop();
        row.ok_or_else(|| LedgerError::Unreadable("nothing where a figure should be".into()))
    }

    async fn find<T>(
        &self,
        text: &'static str,
        values: impl Into<Vec<Cell>>,
        read: impl Fn(&E::Row) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        let found = self.engine.ask(text.into(), values.into());
        self.each(found, read).await
    }

    async fn each<T>(
        &self,
        found: Asked<'_, E>,
        read: impl Fn(&E::Row) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        let found = found.await.map_err(|error| self.engine.unavailable(&error));
        found?.iter().map(read).collect()
    }
}

fn unknown(what: &str) -> LedgerError {
    LedgerError::Unreadable(format!("{what} that it does not know"))
}

fn number<T: TryFrom<i64>>(row: &impl Fields, place: usize) -> Answer<T> {
    T::try_from(row.number(place)?).map_err(|_| unknown("a number"))
}

fn life(text: &str) -> Answer<Life> {
    serde_json::from_str(text)
        .map_err(|error| LedgerError::Unreadable(format!("an order ({error})")))
}

fn key(text: &str) -> Answer<Key> {
    rows::key(text).ok_or_else(|| unknown("a key"))
}

fn due(row: &impl Fields) -> Answer<Due> {
    Ok(Due {
        life: life(row.text(0)?)?,
        order: row.text_if_any(1)?.map(str::to_owned),
    })
}

fn note(row: &impl Fields) -> Answer<Note> {
    Ok(Note {
        at: rows::moment(row.number(0)?),
        text: row.text(1)?.to_owned(),
    })
}

fn state_row(row: &impl Fields) -> Answer<StateRow> {
    Ok(StateRow {
        state: rows::state(row.text(0)?).ok_or_else(|| unknown("a state"))?,
        count: number(row, 1)?,
        late: number(row, 2)?,
        next_cut_off: row.number_if_any(3)?,
    })
}

/// How many, and since when.
fn counted(row: &impl Fields) -> Answer<(u64, Option<i64>)> {
    Ok((number(row, 0)?, row.number_if_any(1)?))
}

fn format(name: &str) -> Answer<LabelFormat> {
    serde_json::from_value(name.into()).map_err(|_| unknown("a label format"))
}

/// Where it lies, if beside the database.
fn place(row: &impl Fields, column: usize) -> Answer<Option<String>> {
    Ok(row.text_if_any(column)?.map(str::to_owned))
}

fn labelled(mut kept: KeptLabel, bytes: Option<Bytes>) -> Option<KeptLabel> {
    kept.label.bytes = bytes?;
    Some(kept)
}

fn kept_label(row: &impl Fields) -> Answer<(KeptLabel, Option<String>)> {
    let kept = KeptLabel {
        id: row.text(0)?.to_owned(),
        key: key(row.text(1)?)?,
        n: number(row, 2)?,
        parcel: number(row, 3)?,
        label: Label {
            format: format(row.text(4)?)?,
            bytes: row.bytes(5)?.into(),
        },
    };
    Ok((kept, place(row, 6)?))
}

fn print_job(row: &impl Fields) -> Answer<(PrintJob, Option<String>)> {
    let label = match (row.text_if_any(5)?, row.bytes_if_any(6)?) {
        (Some(name), Some(bytes)) => Some(Label {
            format: format(name)?,
            bytes: bytes.into(),
        }),
        _ => None,
    };
    let job = PrintJob {
        id: row.number(0)?,
        kind: match row.text(1)? {
            "print" => PrintKind::Print,
            "void" => PrintKind::Void,
            _ => return Err(unknown("a print job")),
        },
        key: key(row.text(2)?)?,
        n: number(row, 3)?,
        parcel: number(row, 4)?,
        label,
    };
    Ok((job, place(row, 7)?))
}
