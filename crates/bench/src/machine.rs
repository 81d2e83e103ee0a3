//! What the machine and its processes spend, read from `/proc`.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

/// Clock ticks a second in `/proc`: fixed for user space on every Linux this runs on.
const TICKS: f64 = 100.0;
/// Says that the limit was raised before, lest the process start itself for ever.
const RAISED: &str = "BENCH_FILE_LIMIT_RAISED";

/// One or more processes that are counted together.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) name: &'static str,
    pids: Vec<u32>,
}

impl Party {
    /// One process.
    pub(crate) fn new(name: &'static str, pid: u32) -> Self {
        Self { name, pids: vec![pid] }
    }

    /// This process.
    pub(crate) fn generator() -> Self {
        Self::new("generator", std::process::id())
    }

    /// Nobody.
    pub(crate) fn none() -> Self {
        Self { name: "", pids: Vec::new() }
    }

    /// Every process of that name on the machine.
    pub(crate) fn named(name: &'static str) -> Self {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| {
            let command = fs::read_to_string(format!("/proc/{pid}/comm"));
            command.is_ok_and(|command| command.trim_end() == name)
        });
        Self { name, pids: pids.collect() }
    }

    /// Processor time since they began.
    fn ticks(&self) -> f64 {
        self.pids.iter().filter_map(|pid| process_ticks(*pid)).sum()
    }
}

/// Processor time since some moment.
pub(crate) struct Meter {
    begun: Instant,
    machine: Ticks,
    parties: Vec<(Party, f64)>,
}

/// How the machine's time was spent.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Spent {
    /// How long it was measured; the clock ticks too coarsely for less than a second.
    pub(crate) wall_seconds: f64,
    /// Share of the machine's time in which nothing ran.
    pub(crate) idle: f64,
    /// Share spent by processes that are no part of this, the hypervisor's included.
    pub(crate) foreign: f64,
    /// Seconds of processor time by party.
    pub(crate) seconds: Vec<(&'static str, f64)>,
}

impl Meter {
    /// Starts counting.
    pub(crate) fn start(parties: &[Party]) -> Result<Self> {
        let counted = parties.iter().map(|party| (party.clone(), party.ticks()));
        Ok(Self { begun: Instant::now(), parties: counted.collect(), machine: Ticks::now()? })
    }

    /// What was spent since.
    pub(crate) fn stop(self) -> Result<Spent> {
        let now = Ticks::now()?;
        let total = (now.total - self.machine.total).max(1.0);
        let idle = now.idle - self.machine.idle;
        // A process that ended has no figure any more: its time then counts as foreign.
        let spent = self.parties.into_iter().filter(|(party, _)| !party.pids.is_empty());
        let seconds: Vec<_> =
            spent.map(|(party, before)| (party.name, (party.ticks() - before).max(0.0) / TICKS)).collect();
        let own: f64 = seconds.iter().map(|(_, seconds)| seconds * TICKS).sum();
        Ok(Spent {
            wall_seconds: self.begun.elapsed().as_secs_f64(),
            idle: idle / total,
            foreign: ((total - idle - own) / total).max(0.0),
            seconds,
        })
    }
}

struct Ticks {
    total: f64,
    idle: f64,
}

impl Ticks {
    fn now() -> Result<Self> {
        let text = fs::read_to_string("/proc/stat")?;
        let line = text.lines().next().context("/proc/stat is empty")?;
        // user nice system idle iowait irq softirq steal; the guests' time is in user already.
        let figures: Vec<f64> =
            line.split_whitespace().skip(1).take(8).filter_map(|figure| figure.parse().ok()).collect();
        let idle = figures.get(3..5).context("/proc/stat is short")?;
        Ok(Self { total: figures.iter().sum(), idle: idle.iter().sum() })
    }
}

fn process_ticks(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything, brackets too.
    let (_, after) = text.rsplit_once(") ")?;
    let mut figures = after.split(' ').skip(11);
    let user: f64 = figures.next()?.parse().ok()?;
    let system: f64 = figures.next()?.parse().ok()?;
    Some(user + system)
}

/// Memory a process holds, in kilobytes.
pub(crate) fn memory_kb(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.context("no VmRSS")?.parse()?)
}

/// The share of idle time while nothing of this runs.
pub(crate) async fn idle_share() -> Result<f64> {
    let meter = Meter::start(&[])?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(meter.stop()?.idle)
}

/// The machine in a line: processors and their name.
pub(crate) fn processors() -> String {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name"));
    let name = name.map_or("unknown", |name| name.trim_start_matches(['\t', ' ', ':']));
    format!("{count} × {name}")
}

/// Median milliseconds of a small write made durable there: what a commit costs at the least.
pub(crate) fn sync_ms(directory: &Path) -> Result<f64> {
    let path = directory.join("sync");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        std::io::Write::write_all(&mut file, &[0; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2].as_secs_f64() * 1000.0)
}

/// Sees to enough open files: by the shell, which replaces this process by itself with more.
pub(crate) fn raise_file_limit(needed: u64) -> Result<()> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let mut limits = line.context("no limit of open files")?.split_whitespace();
    let mut limit = || -> Option<u64> {
        let text = limits.next()?;
        Some(text.parse().unwrap_or(u64::MAX))
    };
    let (soft, hard) = (limit().context("no limit")?, limit().context("no limit")?);
    if hard < needed {
        bail!("so many streams need {needed} open files; the hard limit is {hard}");
    }
    if soft >= needed || std::env::var_os(RAISED).is_some() {
        return Ok(());
    }
    let error = Command::new("sh")
        .args(["-c", r#"ulimit -n "$(ulimit -H -n)" && exec "$0" "$@""#])
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(RAISED, "1")
        .exec();
    Err(error).context("cannot raise the limit of open files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_time() {
        assert!(memory_kb(std::process::id()).unwrap() > 100);
        assert!(process_ticks(std::process::id()).is_some());
        let spent = Meter::start(&[Party::generator()]).unwrap().stop().unwrap();
        assert!((0.0..=1.0).contains(&spent.foreign));
    }
}
