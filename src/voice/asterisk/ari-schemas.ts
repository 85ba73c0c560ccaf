// What we read of ARI's answers and events. Fields that are not used are not looked at; events of other types are none.

import { z } from "zod";

export const ariChannel = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  dialplan: z.object({ exten: z.string(), app_name: z.string(), app_data: z.string() }),
});
export type AriChannel = z.infer<typeof ariChannel>;

export const ariChannels = z.array(ariChannel);
export const ariBridges = z.array(z.object({ id: z.string(), channels: z.array(z.string()) }));
export const ariEndpoints = z.array(z.object({ technology: z.string(), resource: z.string() }));
export const ariVariable = z.object({ value: z.string() });
export const ariFields = z.array(z.object({ attribute: z.string(), value: z.string() }));

/** Jitter and round trip in seconds; counts of packets. RTCP may not have come. */
export const ariStatistics = z.object({
  rxploss: z.number().optional(),
  txploss: z.number().optional(),
  rxjitter: z.number().optional(),
  rxcount: z.number().optional(),
  txcount: z.number().optional(),
  rtt: z.number().optional(),
});
export type AriStatistics = z.infer<typeof ariStatistics>;

/** Another connection took the place of ours. */
export const ariReplaced = z.object({ type: z.literal("ApplicationReplaced"), application: z.string() });

const channel = ariChannel;
export const ariEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("StasisStart"), args: z.array(z.string()), channel }),
  z.object({ type: z.literal("StasisEnd"), channel }),
  z.object({ type: z.literal("ChannelStateChange"), channel }),
  z.object({
    type: z.literal("ChannelDestroyed"),
    channel,
    /** Q.850. */
    cause: z.number(),
    /** The SIP status, where there was one. */
    tech_cause: z.number().optional(),
  }),
  z.object({
    type: z.literal("ChannelHangupRequest"),
    channel,
    cause: z.number().optional(),
    tech_cause: z.number().optional(),
  }),
  z.object({ type: z.literal("ChannelDtmfReceived"), channel, digit: z.string() }),
  z.object({ type: z.literal("ChannelHold"), channel }),
  z.object({ type: z.literal("ChannelUnhold"), channel }),
  z.object({
    type: z.literal("ContactStatusChange"),
    contact_info: z.object({ uri: z.string(), aor: z.string(), contact_status: z.string() }),
  }),
]);
export type AriEvent = z.infer<typeof ariEvent>;
