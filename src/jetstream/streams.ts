// What the relay has at the cluster: a stream of all mail, and three buckets of key-value. Each is made on the first start.

import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { AppError, type Clock, days, isAppError, type Millis, millis, minutes } from "../base/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import type { JetStreamOptions } from "./options.ts";

export interface StreamNames {
  readonly mail: string;
  readonly state: string;
  readonly tokens: string;
  readonly challenges: string;
}

export const streamNames = (prefix: string): StreamNames => ({
  mail: `${prefix}-mail`,
  state: `KV_${prefix}-state`,
  tokens: `KV_${prefix}-tokens`,
  challenges: `KV_${prefix}-challenges`,
});

/** Subject of a key, as the key-value buckets of NATS have it: `nats kv` shows them. */
export const keySubject = (stream: string, key: string): string => `$KV.${stream.slice("KV_".length)}.${key}`;
export const keyOf = (stream: string, subject: string): string => subject.slice(keySubject(stream, "").length);

/** The largest envelope as text, or a page of acknowledgements. NATS takes a megabyte. */
const MAX_MESSAGE = 900 * 1024;
const nanos = (time: Millis): number => time * 1_000_000;
/** Longer than a token lives. */
const TOKEN_AGE = days(1);
const CHALLENGE_AGE = minutes(10);
const READY_WITHIN = minutes(1);
const RETRY = millis(500);

type Wanted = Partial<StreamConfig> & { readonly name: string; readonly subjects: string[] };

function common({ replicas, placementTags }: JetStreamOptions): Partial<StreamConfig> {
  return {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
    allow_direct: true,
    max_msg_size: MAX_MESSAGE,
    ...(placementTags.length === 0 ? {} : { placement: { cluster: "", tags: [...placementTags] } }),
  };
}

function wantedStreams(options: JetStreamOptions): readonly Wanted[] {
  const names = streamNames(options.prefix);
  const bucket = (name: string, age: Millis | null): Wanted => ({
    ...common(options),
    name,
    subjects: [keySubject(name, ">")],
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    ...(age === null ? {} : { max_age: nanos(age), duplicate_window: nanos(minutes(2)) }),
  });
  return [
    {
      ...common(options),
      name: names.mail,
      subjects: [`${options.prefix}.mail.>`],
      duplicate_window: nanos(minutes(2)),
    },
    bucket(names.state, null),
    bucket(names.tokens, TOKEN_AGE),
    bucket(names.challenges, CHALLENGE_AGE),
  ];
}

async function ensure(link: NatsLink, wanted: Wanted): Promise<void> {
  const known = await link.jsm.streams.info(wanted.name).catch((error: unknown) => {
    if (String(error).includes("stream not found")) return null;
    throw error;
  });
  if (known === null) {
    await link.jsm.streams.add(wanted);
    return;
  }
  const { num_replicas: replicas, placement } = known.config;
  const moved = JSON.stringify(placement?.tags ?? []) !== JSON.stringify(wanted.placement?.tags ?? []);
  // The operator has more servers now, or fewer, or other regions.
  if (replicas !== wanted.num_replicas || moved) await link.jsm.streams.update(wanted.name, wanted);
}

/** Makes what is missing. Waits for a cluster that starts together with the relay. Errors: `store.away`, `store.no_replicas`. */
export async function ensureStreams(link: NatsLink, options: JetStreamOptions): Promise<void> {
  const { clock } = options;
  for (const wanted of wantedStreams(options)) await untilMade(clock, () => ensure(link, wanted), options);
}

/** Repeats what a cluster that has just started, or is choosing its leaders, cannot do yet. Errors: those of `step`. */
export async function whenReady<T>(clock: Clock, step: () => Promise<T>): Promise<T> {
  const until = clock.monotonic() + READY_WITHIN;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const passes = isAppError(error) && error.retryable;
      if (!passes || clock.monotonic() > until) throw error;
      await clock.sleep(RETRY, "the NATS cluster");
    }
  }
}

async function untilMade(clock: Clock, make: () => Promise<void>, options: JetStreamOptions): Promise<void> {
  const until = clock.monotonic() + READY_WITHIN;
  for (;;) {
    try {
      return await make();
    } catch (error) {
      if (clock.monotonic() < until) {
        await clock.sleep(RETRY, "the NATS cluster");
        continue;
      }
      if (!/insufficient resources|no suitable peers/i.test(String(error)))
        throw storeAway(error, "making the streams");
      throw new AppError("store.no_replicas", `the cluster has not ${options.replicas} servers for the data`, {
        hint: "Start the other servers, correct `nats.placement_tags`, or set `nats.replicas`.",
        cause: error,
      });
    }
  }
}
