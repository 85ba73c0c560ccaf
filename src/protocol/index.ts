// Public face of `protocol`.

export * from "./alerts.ts";
export * from "./auth-challenge.ts";
export * from "./backup.ts";
export * from "./box.ts";
export * from "./chain.ts";
export * from "./directory.ts";
export * from "./doctor.ts";
export * from "./escrow.ts";
export * from "./flows.ts";
export * from "./kept.ts";
export * from "./listings.ts";
export * from "./market.ts";
export * from "./mqtt.ts";
export * from "./mqtt-payloads.ts";
export * from "./mqtt-topics.ts";
export * from "./outbox.ts";
export * from "./parse.ts";
export * from "./payments.ts";
export * from "./phones.ts";
export * from "./proofs.ts";
export * from "./relay.ts";
export * from "./sender-policy.ts";
export * from "./settings.ts";
export * from "./text.ts";
export * from "./ussd.ts";
export * from "./wizard.ts";
