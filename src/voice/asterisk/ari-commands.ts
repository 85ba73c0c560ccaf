// The requests of ARI that we use, with their answers checked.

import type { z } from "zod";
import { AppError, hasCode } from "../../base/index.ts";
import {
  type AriChannel,
  type AriEvent,
  type AriStatistics,
  ariBridges,
  ariChannel,
  ariChannels,
  ariEndpoints,
  ariEvent,
  ariFields,
  ariStatistics,
  ariVariable,
} from "./ari-schemas.ts";
import type { AriRequest, AriWire } from "./ari-wire.ts";

export interface Originate {
  readonly channelId: string;
  readonly endpoint: string;
  readonly app: string;
  readonly callerId: string;
  /** Seconds. */
  readonly timeout: number;
  readonly formats: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface ExternalMedia {
  readonly channelId: string;
  readonly app: string;
  /** `host:port` of our AudioSocket. */
  readonly host: string;
  readonly uuid: string;
}

/** Kinds of objects that Asterisk's PJSIP keeps for us. */
export type SipObject = "auth" | "aor" | "endpoint" | "contact";
export type SipFields = readonly (readonly [attribute: string, value: string])[];

/** An event that we know, or null. */
export function eventOf(raw: unknown): AriEvent | null {
  const event = ariEvent.safeParse(raw);
  return event.success ? event.data : null;
}

export class AriCommands {
  readonly #wire: AriWire;

  constructor(wire: AriWire) {
    this.#wire = wire;
  }

  async originate(call: Originate): Promise<AriChannel> {
    return await this.#read(ariChannel, { method: "POST", path: "channels", body: call });
  }

  /** A channel that calls nobody. */
  async createChannel(channelId: string, endpoint: string, app: string): Promise<void> {
    await this.#wire.request({ method: "POST", path: "channels/create", body: { channelId, endpoint, app } });
  }

  async externalMedia({ channelId, app, host, uuid }: ExternalMedia): Promise<void> {
    const body = { channelId, app, external_host: host, encapsulation: "audiosocket", transport: "tcp" };
    const path = "channels/externalMedia";
    await this.#wire.request({ method: "POST", path, body: { ...body, format: "slin", data: uuid } });
  }

  async on(channelId: string, what: "answer" | "ring" | "progress"): Promise<void> {
    await this.#wire.request({ method: "POST", path: `channels/${part(channelId)}/${what}` });
  }

  /** `cause`: Q.850. A channel that is gone already is what was wanted. */
  async hangUp(channelId: string, cause: number): Promise<void> {
    const path = `channels/${part(channelId)}`;
    await this.#unlessGone({ method: "DELETE", path, query: { reason_code: String(cause) } });
  }

  async setVariable(channelId: string, variable: string, value: string): Promise<void> {
    await this.#wire.request({
      method: "POST",
      path: `channels/${part(channelId)}/variable`,
      body: { variable, value },
    });
  }

  async variable(channelId: string, variable: string): Promise<string> {
    const path = `channels/${part(channelId)}/variable`;
    return (await this.#read(ariVariable, { method: "GET", path, query: { variable } })).value;
  }

  async createBridge(bridgeId: string): Promise<void> {
    await this.#wire.request({ method: "POST", path: "bridges", body: { bridgeId, type: "mixing" } });
  }

  async addToBridge(bridgeId: string, channels: readonly string[]): Promise<void> {
    const path = `bridges/${part(bridgeId)}/addChannel`;
    await this.#wire.request({ method: "POST", path, body: { channel: channels } });
  }

  async removeBridge(bridgeId: string): Promise<void> {
    await this.#unlessGone({ method: "DELETE", path: `bridges/${part(bridgeId)}` });
  }

  async statistics(channelId: string): Promise<AriStatistics> {
    return await this.#read(ariStatistics, { method: "GET", path: `channels/${part(channelId)}/rtp_statistics` });
  }

  async channels(): Promise<readonly AriChannel[]> {
    return await this.#read(ariChannels, { method: "GET", path: "channels" });
  }

  async bridges(): Promise<readonly { readonly id: string }[]> {
    return await this.#read(ariBridges, { method: "GET", path: "bridges" });
  }

  /** Names of PJSIP's endpoints. */
  async sipEndpoints(): Promise<readonly string[]> {
    const endpoints = await this.#read(ariEndpoints, { method: "GET", path: "endpoints" });
    return endpoints.filter(({ technology }) => technology === "PJSIP").map(({ resource }) => resource);
  }

  /** Makes the object. One that is there is not replaced but added to, so it must have been removed. */
  async putObject(type: SipObject, id: string, fields: SipFields): Promise<void> {
    const body = { fields: fields.map(([attribute, value]) => ({ attribute, value })) };
    const request: AriRequest = { method: "PUT", path: objectPath(type, id), body };
    await evenIfItChanged(() => this.#wire.request(request));
  }

  /** Its fields by name; null when there is no such object. */
  async object(type: SipObject, id: string): Promise<ReadonlyMap<string, string> | null> {
    try {
      const fields = await this.#read(ariFields, { method: "GET", path: objectPath(type, id) });
      return new Map(fields.map(({ attribute, value }) => [attribute, value]));
    } catch (error) {
      if (hasCode(error, "voice.ari_gone")) return null;
      throw error;
    }
  }

  /** One that is gone already is what was wanted. */
  async removeObject(type: SipObject, id: string): Promise<void> {
    await evenIfItChanged(() => this.#unlessGone({ method: "DELETE", path: objectPath(type, id) }));
  }

  /** Reads the certificate of TLS anew: calls and connections that there are go on. Errors: those of ARI. */
  async reloadSip(): Promise<void> {
    await this.#wire.request({ method: "PUT", path: "asterisk/modules/res_pjsip.so" });
  }

  async #unlessGone(request: AriRequest): Promise<void> {
    try {
      await this.#wire.request(request);
    } catch (error) {
      if (!hasCode(error, "voice.ari_gone")) throw error;
    }
  }

  async #read<T>(schema: z.ZodType<T>, request: AriRequest): Promise<T> {
    const answer = schema.safeParse(await this.#wire.request(request));
    if (answer.success) return answer.data;
    throw new AppError(
      "voice.ari_bad_answer",
      `${request.method} ${request.path.split("/")[0]}: not what ARI promises`,
      {
        hint: "Check that Asterisk is of version 22.",
        cause: answer.error,
      },
    );
  }
}

function objectPath(type: SipObject, id: string): string {
  return `asterisk/config/dynamic/res_pjsip/${type}/${part(id)}`;
}

function part(text: string): string {
  return encodeURIComponent(text);
}

/**
 * Asterisk looks an object up and changes it in two steps. One that the registrar has made or removed between them (a contact
 * whose connection closes) is answered with 403, as a box that may not write is: a second attempt tells which.
 */
async function evenIfItChanged(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!hasCode(error, "voice.ari_refused")) throw error;
    await change();
  }
}
