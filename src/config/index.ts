// Public face of `config`.

export type { AlertChannel, AlertsSection, WebhookSection } from "./alerts-schema.ts";
export type { BackupPlace, BackupSection } from "./backup-schema.ts";
export type { BalanceSection, SlotBalance } from "./balance-schema.ts";
export type { BoxRelaySection } from "./box-relay-schema.ts";
export type { BoxConfig } from "./box-schema.ts";
export { DNS_SUFFIXES, type EmercoinSection } from "./chain-schema.ts";
export type { EnumSection } from "./enum-schema.ts";
export type { EscrowSection } from "./escrow-schema.ts";
export { type FileReference, fileReferences, withFileReferences, withoutUnlock } from "./file-references.ts";
export type { IdentitySection, LineListing, ListingSection } from "./listing-schema.ts";
export type { MqttBrokerSection, MqttSection } from "./mqtt-schema.ts";
export type { NatsSection } from "./nats-schema.ts";
export type { NodeRedSection } from "./node-red-schema.ts";
export { configSchema, parseBoxConfig, parseRelayConfig, parseYaml } from "./parse.ts";
export type { PaymentsSection } from "./payments-schema.ts";
export type { RelayConfig } from "./relay-schema.ts";
export type { GatewaySection, TrunkSection } from "./relay-voice-schema.ts";
export { boxConfigOf, type CheckedText, checkBoxText, type SettingProblem, settingsSchema } from "./settings-check.ts";
export { type SettingSchema, withDefaults } from "./settings-defaults.ts";
export { maskSecrets, unifiedDiff, unmask, unmaskValue } from "./settings-diff.ts";
export { editYaml, type SettingChange } from "./settings-edit.ts";
export { changedPaths, isCovered, pathText, type SettingPath, valueAt, withValue } from "./settings-path.ts";
export type { SmppSlot } from "./smpp-schema.ts";
export type { ListenAddress } from "./values.ts";
export {
  type InboundTreatment,
  type LineVoice,
  type LineVoiceSettings,
  type VoiceSection,
  voiceOfLine,
} from "./voice-schema.ts";
