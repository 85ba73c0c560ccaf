// Public face of `core/updates`.

export { CHANNEL_DOMAIN, type ChannelTrust, chooseRelease, openChannel, placeInRollout } from "./channel.ts";
export type * from "./ports-updates.ts";
export { CHANNEL_LIMIT } from "./release-channel.ts";
export { outcomeOf, stepTrial, TRIAL_LIMIT, type TrialFacts, trialStart } from "./trial.ts";
export { slotFacts, type TrialSlot } from "./trial-facts.ts";
export { readUpdateRecords } from "./update-records.ts";
export { isWithin } from "./update-window.ts";
export { allowBundle, installBundle } from "./update-work.ts";
export { RESTART_LIMIT, Updates, type UpdatesDeps } from "./updates.ts";
export { compareVersions } from "./versions.ts";
