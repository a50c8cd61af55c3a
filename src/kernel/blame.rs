//! When a conservation law breaks: the battle that broke it, written down for whoever mends it.

use super::{Engagement, Kernel};
use crate::error::Error;
use crate::scenario::Scenario;

impl Kernel {
    /// A broken conservation law with the battle that broke it, as a scenario among the temporary files; any other error
    /// as it is.
    pub(super) fn written_down(&self, error: Error, engagement: &Engagement, seed: u64) -> Error {
        let Error::Conservation { law, place, left, right, .. } = error else { return error };
        let battle = Scenario::of_battle(self, &Engagement { seed: Some(seed), ..engagement.clone() });
        let path = std::env::temp_dir().join(format!("multi_universe_core-{}-{seed}.toml", self.digest()));
        // A file that cannot be written must not hide the defect.
        let scenario = battle.save(&path).map_or_else(|_| String::new(), |()| path.display().to_string());
        Error::Conservation { law, place, left, right, scenario }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_broken_law_leaves_the_battle_behind_and_other_errors_do_not() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/fleet/line_battle.toml");
        let scenario = Scenario::load(path).expect("the scenario");
        let mut kernel = scenario.kernel().expect("its kernel");
        let engagement = Engagement { commit: false, ..scenario.engagement(Some(77)) };
        let broken = Error::Conservation {
            law: "kills = units lost",
            place: "the whole battle".to_owned(),
            left: 1.0,
            right: 2.0,
            scenario: String::new(),
        };
        let error = kernel.written_down(broken, &engagement, 77);
        let Error::Conservation { scenario: file, .. } = &error else { panic!("{error}") };
        assert!(error.to_string().contains("our fault") && error.to_string().contains(file), "{error}");
        let again = Scenario::load(file).expect("a scenario was written");
        let report = again.run(None, &|| false).expect("it can be fought");
        let first = kernel.resolve(&engagement, &|| false).expect("the battle");
        assert_eq!(report.digest, first.digest);
        std::fs::remove_file(file).expect("the file is there");
        assert_eq!(kernel.written_down(Error::Poisoned, &engagement, 77), Error::Poisoned);
    }
}
