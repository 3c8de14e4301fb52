//! Finds the programs of the server: `initdb`, `postgres` and `pg_ctl`.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::LocalPostgresError;
use super::plain;

/// The oldest major version that the SQL of the gateway supports.
pub(super) const MINIMUM_MAJOR: u32 = 15;

const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// A folder with the programs, and their major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    folder: PathBuf,
    major: u32,
}

impl Programs {
    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn pg_ctl(&self) -> PathBuf {
        self.folder.join("pg_ctl")
    }

    pub(super) fn pg_basebackup(&self) -> PathBuf {
        self.folder.join("pg_basebackup")
    }

    pub(super) fn pg_verifybackup(&self) -> PathBuf {
        self.folder.join("pg_verifybackup")
    }
}

#[derive(Debug)]
pub(super) struct Search {
    /// `PG_BIN_DIR`. If set, no other folder is searched.
    chosen: Option<PathBuf>,
    /// Debian's folder, with one folder for each major version.
    packages: PathBuf,
    /// The folders of `PATH`.
    path: Vec<PathBuf>,
    /// Asks the programs in a folder for their major version.
    ask: fn(&Path) -> Option<u32>,
}

impl Search {
    /// From the environment of this process.
    pub(super) fn from_environment() -> Self {
        Self {
            chosen: env::var_os("PG_BIN_DIR").filter(|value| !value.is_empty()).map(PathBuf::from),
            packages: PathBuf::from("/usr/lib/postgresql"),
            path: env::split_paths(&env::var_os("PATH").unwrap_or_default())
                .filter(|folder| folder.is_absolute())
                .collect(),
            ask: programs_major,
        }
    }

    /// Returns the newest programs, or those that can read the data in `cluster` if it exists.
    pub(super) fn find(&self, cluster: &Path) -> Result<Programs, LocalPostgresError> {
        let wanted = cluster_major(cluster);
        let looked_in = self.candidates();
        looked_in
            .iter()
            .filter(|folder| NEEDED.iter().all(|program| folder.join(program).is_file()))
            .filter_map(|folder| Some(Programs { folder: folder.clone(), major: (self.ask)(folder)? }))
            .find(|programs| {
                wanted.map_or(programs.major >= MINIMUM_MAJOR, |wanted| wanted == programs.major)
            })
            .ok_or_else(|| match wanted {
                Some(wanted) => {
                    LocalPostgresError::VersionMissing { cluster: cluster.to_owned(), wanted, looked_in }
                }
                None => LocalPostgresError::ProgramsMissing { minimum: MINIMUM_MAJOR, looked_in },
            })
    }

    fn candidates(&self) -> Vec<PathBuf> {
        if let Some(chosen) = &self.chosen {
            return vec![std::path::absolute(chosen).unwrap_or_else(|_| chosen.clone())];
        }
        let mut versions: Vec<u32> = fs::read_dir(&self.packages)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));

        let mut folders: Vec<PathBuf> =
            versions.iter().map(|major| self.packages.join(major.to_string()).join("bin")).collect();
        folders.extend(self.path.iter().find_map(|folder| pg_config_bindir(&folder.join("pg_config"))));
        folders.extend(self.path.iter().cloned());
        let mut seen = HashSet::new();
        folders.retain(|folder| seen.insert(folder.clone()));
        folders
    }
}

/// The major version that wrote the data, if there is data.
fn cluster_major(cluster: &Path) -> Option<u32> {
    plain::read(&cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

fn programs_major(folder: &Path) -> Option<u32> {
    major_of(&output_of(Command::new(folder.join("postgres")).arg("--version"))?)
}

fn pg_config_bindir(pg_config: &Path) -> Option<PathBuf> {
    Some(PathBuf::from(output_of(Command::new(pg_config).arg("--bindir"))?.trim()))
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// `postgres (PostgreSQL) 15.20 (Debian …)` and `postgres (PostgreSQL) 18beta1` begin with their
/// major version.
fn major_of(version_line: &str) -> Option<u32> {
    let (_, version) = version_line.split_once("(PostgreSQL) ")?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    /// The folders that a search looks in.
    struct Machine(Scratch);

    impl Machine {
        fn new() -> Self {
            Self(Scratch::new("discover"))
        }

        /// Three files that claim to be this version.
        fn programs(&self, under: &str, version: &str) -> PathBuf {
            let folder = self.0.join(under);
            fs::create_dir_all(&folder).unwrap();
            for program in NEEDED {
                fs::write(folder.join(program), format!("postgres (PostgreSQL) {version}\n")).unwrap();
            }
            folder
        }

        fn cluster(&self, major: u32) -> PathBuf {
            let cluster = self.0.join("cluster");
            fs::create_dir_all(&cluster).unwrap();
            fs::write(cluster.join("PG_VERSION"), format!("{major}\n")).unwrap();
            cluster
        }

        fn search(&self) -> Search {
            let ask = |folder: &Path| major_of(&fs::read_to_string(folder.join("postgres")).ok()?);
            Search { chosen: None, packages: self.0.join("packages"), path: Vec::new(), ask }
        }
    }

    #[test]
    fn the_newest_version_is_taken_by_number_not_by_spelling() {
        let machine = Machine::new();
        machine.programs("packages/9/bin", "9.6");
        let newest = machine.programs("packages/17/bin", "17.2 (Debian 17.2-1)");
        machine.programs("packages/15/bin", "15.20");
        let found = machine.search().find(&machine.0.join("none")).unwrap();
        assert_eq!(found, Programs { folder: newest, major: 17 });
    }

    #[test]
    fn existing_data_chooses_the_version_that_wrote_it() {
        let machine = Machine::new();
        machine.programs("packages/17/bin", "17.2");
        let older = machine.programs("packages/15/bin", "15.20");
        let found = machine.search().find(&machine.cluster(15)).unwrap();
        assert_eq!(found.folder, older);
    }

    #[test]
    fn data_of_a_version_that_is_not_here_names_the_package_to_install() {
        let machine = Machine::new();
        machine.programs("packages/17/bin", "17.2");
        let message = machine.search().find(&machine.cluster(16)).unwrap_err().to_string();
        assert!(message.contains("apt-get install postgresql-16"), "{message}");
    }

    #[test]
    fn a_chosen_folder_is_the_only_one_looked_in() {
        let machine = Machine::new();
        machine.programs("packages/17/bin", "17.2");
        let chosen = machine.programs("chosen", "18beta1");
        let search = Search { chosen: Some(chosen.clone()), ..machine.search() };
        assert_eq!(search.find(Path::new("/none")).unwrap(), Programs { folder: chosen, major: 18 });

        let search = Search { chosen: Some(machine.0.join("empty")), ..machine.search() };
        assert!(search.find(Path::new("/none")).is_err());
    }

    #[test]
    fn the_search_path_is_the_last_resort() {
        let machine = Machine::new();
        let folder = machine.programs("local/bin", "16.1");
        let search = Search { path: vec![machine.0.join("nothing"), folder.clone()], ..machine.search() };
        assert_eq!(search.find(Path::new("/none")).unwrap().folder, folder);
    }

    #[test]
    fn missing_or_too_old_programs_give_both_ways_to_install() {
        let machine = Machine::new();
        machine.programs("packages/14/bin", "14.9");
        let message = machine.search().find(Path::new("/none")).unwrap_err().to_string();
        for part in ["apt-get install", "pip install", "PG_BIN_DIR", "DATABASE_URL", "packages/14/bin"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }
}
