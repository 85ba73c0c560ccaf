// Public face of `app`.

export { shippedFile } from "../telemetry/index.ts";
export { FIREWALL_FOLDER, loadRuleset, rulesetOfFiles } from "./appliance/firewall.ts";
export { BACKUP_SUFFIX, type MadeBackup, type MakeBackup, makeBackup } from "./backup/make-backup.ts";
export { inspectBackup } from "./backup/restore-box.ts";
export { type RestoredBox, type RestoreFolder, restoreFolder } from "./backup/restore-folder.ts";
export { type BoxDeps, type BoxHandle, startBox } from "./box.ts";
export { BoxRunner, type BoxRunnerDeps } from "./box-runner.ts";
export { openDataFolder, readIfThere, replaceFile } from "./data-folder.ts";
export { type DemoHandle, startDemo } from "./demo.ts";
export type { DemoBoard, StartDemoBoard } from "./demo-board.ts";
export type { DemoBroker, StartDemoBroker } from "./demo-broker.ts";
export type { DemoFacts } from "./demo-facts.ts";
export type { DemoNode, StartDemoNode } from "./demo-node.ts";
export { examineStoppedBox, type StoppedBoxDeps } from "./doctor.ts";
export { readBoxCertificates, setUserPassword } from "./entrance-services.ts";
export { sealIdentities } from "./identity-backup.ts";
export { type ImportedIdentity, importIdentity } from "./identity-import.ts";
export { keysOfText } from "./key-text.ts";
export { currentIdentity, type KeystoreDeps, openKeystoreFile } from "./keystore-file.ts";
export { LiveConfig, type Reloadable } from "./live-config.ts";
export { type LocalAccess, publishLocalAccess, readLocalAccess } from "./local-access.ts";
export { Parts } from "./parts.ts";
export { startRelayRole } from "./relay-role.ts";
export { diskFiles, type SettingsFiles } from "./settings-files.ts";
export { SettingsService } from "./settings-service.ts";
export { type Supervision, type SupervisionDeps, supervise } from "./supervision-services.ts";
export { type StoppedSupportDeps, stoppedSupport } from "./support-services.ts";
