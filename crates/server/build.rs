//! What is compiled in although no Rust file says so: migrations, and what browsers run, which Node builds out of
//! `web/` into `OUT_DIR`. Cargo runs this when one of the files named here has changed, and at no other time.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Set to 1 it builds without Node. The panel then has no scripts, and works; there is no client.
const WITHOUT: &str = "BESEDA_WITHOUT_WEB";

/// The folders of `web/` that are built, each by its own configuration into its own folder of `OUT_DIR`.
const BUILT: [&str; 2] = ["panel", "client"];

/// What else they are built of.
const SOURCES: [&str; 2] = ["package.json", "package-lock.json"];

/// As npm calls itself.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
    println!("cargo::rerun-if-env-changed={WITHOUT}");
    println!("cargo::rustc-check-cfg=cfg(with_web)");
    if env::var(WITHOUT).is_ok_and(|value| !value.is_empty() && value != "0") {
        return;
    }
    for source in SOURCES.iter().chain(&BUILT) {
        println!("cargo::rerun-if-changed=../../web/{source}");
    }
    match build() {
        Ok(()) => println!("cargo::rustc-cfg=with_web"),
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            println!(
                "cargo::error=to build without Node, without the web client and the panel's scripts: {WITHOUT}=1 cargo build"
            );
        }
    }
}

fn build() -> Result<(), String> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("{name} is not set"));
    let web = folder("CARGO_MANIFEST_DIR")?.join("../../web");
    let out = folder("OUT_DIR")?;
    check_node()?;
    // Builds of other profiles and into other folders have the same packages: one after the other. Released when it ends.
    let lock = fs::File::create(web.join(".lock")).map_err(|error| unwritable(&web, &error))?;
    lock.lock().map_err(|error| unwritable(&web, &error))?;
    install(&web)?;
    for name in BUILT {
        let mut vite = Command::new("node");
        vite.args(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--config"]);
        vite.arg(format!("{name}/vite.config.ts")).arg("--outDir").arg(out.join(name)).arg("--emptyOutDir");
        run(vite.current_dir(&web), &format!("the build of web/{name}"))?;
    }
    list(&out.join("client"), &out.join("client.rs"))
}

/// Writes the table of the files in a folder: the path of each, and what is in it.
fn list(folder: &Path, table: &Path) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("{}: {error}", folder.display());
    let (mut folders, mut lines) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).map_err(|error| error.to_string())?;
            let name = name.to_string_lossy().replace('\\', "/");
            lines.push(format!("({:?}, include_bytes!({:?})),\n", format!("/{name}"), path.to_string_lossy()));
        }
    }
    lines.sort();
    fs::write(table, format!("&[\n{}]\n", lines.concat())).map_err(|error| format!("{}: {error}", table.display()))
}

/// The tools run on some versions of Node only, and say so in less clear words.
fn check_node() -> Result<(), String> {
    let wanted = "what browsers run is built by Node, 20.19, 22.12 or newer";
    let output = run(Command::new("node").arg("--version"), wanted)?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(20), Some(19..)) | (Some(22), Some(12..)) | (Some(23..), _) => Ok(()),
        _ => Err(format!("{wanted}, and this is {version}")),
    }
}

/// The packages of the lockfile, if they are not there yet. No script of theirs is run.
fn install(web: &Path) -> Result<(), String> {
    let wanted = fs::read(web.join("package-lock.json")).map_err(|error| format!("web/package-lock.json: {error}"))?;
    // Written when all of them are there.
    let stamp = web.join("node_modules/.installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = Command::new(NPM);
    npm.args(["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(npm.current_dir(web), "npm ci in web/")?;
    fs::write(&stamp, wanted).map_err(|error| unwritable(web, &error))
}

fn unwritable(web: &Path, error: &io::Error) -> String {
    format!("packages can't be installed in {}: {error}", web.display())
}

fn run(command: &mut Command, what: &str) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{what}: {program} can't be run: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned()).join("\n");
    Err(format!("{what} has failed ({}):\n{}", output.status, said.trim()))
}
