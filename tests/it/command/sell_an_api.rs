//! `examples/sell-an-api/` and `examples/sell-a-chat-api/`, run as their READMEs say.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::program::Program;
use super::serving::Serving;

/// Ends a program when the test ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// The commands of the README's blocks.
fn commands(example: &Path) -> Vec<String> {
    let readme = fs::read_to_string(example.join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// Asserts that the README says how many warnings come, and names what each is about.
fn assert_prepared(readme: &str, out: &str) {
    let warnings: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let number = ["no", "one", "two", "three", "four", "five", "six"][warnings.len()];
    assert!(readme.contains(&format!("prints {number} warnings")), "{warnings:#?}");
    for warning in warnings {
        let subject = warning.split('`').nth(1).unwrap_or("sign-up is closed");
        assert!(readme.contains(subject), "{warning}");
    }
}

/// Runs the commands of an example's README, and returns what they say.
async fn run(name: &str) -> String {
    let example = example(name);
    let program = Program::new().await;
    let upstream =
        Command::new("python3").arg(example.join("upstream.py")).arg("0").stdout(Stdio::piped()).spawn();
    let mut upstream = Ended(upstream.unwrap());
    let mut said = String::new();
    BufReader::new(upstream.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let upstream_url = said.trim().strip_prefix("listening on ").unwrap();
    let serving = Serving::start(program.command(&["serve", "--listen", "127.0.0.1:0"]));
    let gateway_url = serving.address();

    // The README's ports may be in use on this machine; its first line starts what runs already.
    let folder = std::env::temp_dir().join(format!("fluence-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let routes = fs::read_to_string(example.join("routes.toml")).unwrap();
    assert!(routes.contains("http://127.0.0.1:9000"));
    fs::write(folder.join("routes.toml"), routes.replace("http://127.0.0.1:9000", upstream_url)).unwrap();
    fs::copy(example.join("catalogue.toml"), folder.join("catalogue.toml")).unwrap();
    let commands = commands(&example);
    assert_eq!((commands.len(), commands[0].as_str()), (7, "python3 upstream.py & fluence serve &"));
    let script = commands[1..].join("\n").replace("http://127.0.0.1:8000", &gateway_url);

    let path = Path::new(env!("CARGO_BIN_EXE_fluence")).parent().unwrap().to_owned();
    let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let ran = Command::new("sh")
        .args(["-ec", &script])
        .current_dir(&folder)
        .env("PATH", path)
        .env("DATABASE_URL", program.database.url())
        .env("FLUENCE_PEPPER", &program.pepper)
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    fs::remove_dir_all(&folder).unwrap();
    assert!(ran.status.success(), "{out}{err}");
    assert!(out.contains("clean"), "{out}");
    assert_prepared(&fs::read_to_string(example.join("README.md")).unwrap(), &out);
    serving.stop();
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn five_commands_sell_a_call_through_the_gateway() {
    let out = run("sell-an-api").await;
    assert!(out.contains("\"words\": 4, \"asked_by\": \"") && out.contains("word-count"), "{out}");
    assert!(out.to_ascii_lowercase().contains("x-credits-used: 3"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_commands_sell_a_streamed_call_by_the_token() {
    let out = run("sell-a-chat-api").await;
    assert!(out.contains("data: [DONE]") && !out.contains("completion_tokens"), "{out}");
    assert!(out.to_ascii_lowercase().contains("x-credits-held: 45"), "{out}");
    let lines: Vec<&str> = out.lines().filter(|line| line.contains("chat")).collect();
    let moved = |credits: &str| lines.iter().any(|line| line.split_whitespace().any(|word| word == credits));
    assert!(moved("-45") && (moved("41") || moved("+41")), "{out}");
}
