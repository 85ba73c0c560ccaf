// Public face of the notices.

export { type ChannelBody, channelBody } from "./channel-body.ts";
export type { DeliveryConsole } from "./delivery-console.ts";
export { type DeliveryPolicy, workingTarget } from "./delivery-rules.ts";
export * from "./notice-desk.ts";
export type * from "./notice-model.ts";
