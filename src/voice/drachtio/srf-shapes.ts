// The parts of drachtio-srf's objects that are used, as the library made them at the version that is pinned. Its own types leave out
// half of this; what is reached for inside the agent is looked at before it is used.

import { z } from "zod";

type Callback = (error: unknown, value: unknown) => void;

export interface RawRequest {
  get(name: string): unknown;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  cancel(options: object, callback: Callback): void;
}

export interface RawResponse {
  readonly finalResponseSent?: unknown;
  readonly socket?: unknown;
  send(status: number, options: object): void;
}

export interface RawDialog {
  readonly id: unknown;
  readonly local?: { readonly contact?: unknown };
  readonly res?: unknown;
  queueRequests: boolean;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  request(options: object, callback: Callback): unknown;
  destroy(options: object, callback: Callback): unknown;
}

export interface RawSrf {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  use(method: string, handler: (request: RawRequest, response: RawResponse) => void): void;
  connect(options: object): unknown;
  createUAC(
    uri: string,
    options: object,
    progress: {
      readonly cbRequest: (error: unknown, request: RawRequest | undefined) => void;
      readonly cbProvisional: (response: unknown) => void;
    },
    callback: (error: unknown, dialog: RawDialog | undefined) => void,
  ): unknown;
  createUAS(
    request: RawRequest,
    response: RawResponse,
    options: object,
    callback: (error: unknown, dialog: RawDialog | undefined) => void,
  ): unknown;
}

const sipFailure = z.object({ status: z.int().min(300).max(699) });

/** The SIP status in what a callback got as its error; 503 for what is none. */
export function callbackError(error: unknown): number {
  const parsed = sipFailure.safeParse(error);
  return parsed.success ? parsed.data.status : 503;
}

const byKey = z.custom<Map<unknown, unknown>>((value) => value instanceof Map);
const serverState = z.object({ pendingRequests: byKey, pendingNetworkInvites: byKey });
interface AgentInside {
  readonly wp?: { closing?: boolean; send(socket: unknown, text: string): unknown; disconnect(socket: unknown): void };
  readonly mapServer?: unknown;
  request(options: object, callback: Callback): void;
}

/** The agent that holds the connection to the server. */
export interface RawAgent {
  /** Resolves with the server's answer; never without one. */
  ping(): Promise<void>;
  /** An INVITE that gets no answer is remembered no longer. */
  forget(response: RawResponse, callId: string): void;
  bye(dialogId: string): void;
  hangUp(): void;
}

export function rawAgent(srf: RawSrf): RawAgent {
  const inside = (): AgentInside | undefined => {
    const app = (srf as { readonly app?: { readonly client?: unknown } }).app;
    return app?.client as AgentInside | undefined;
  };
  const servers = (): Map<unknown, unknown> => {
    const parsed = byKey.safeParse(inside()?.mapServer);
    return parsed.success ? parsed.data : new Map();
  };
  const [first] = [() => [...servers().keys()][0]];
  return {
    ping: () =>
      new Promise((resolve) => {
        const socket = first();
        const state = serverState.safeParse(servers().get(socket));
        const id = socket === undefined ? undefined : inside()?.wp?.send(socket, "ping");
        if (state.success && id !== undefined) state.data.pendingRequests.set(id, () => resolve());
      }),
    forget: (response, callId) => {
      const state = serverState.safeParse(servers().get(response.socket));
      if (state.success) state.data.pendingNetworkInvites.delete(callId);
    },
    bye: (stackDialogId) => {
      const socket = first();
      if (socket !== undefined)
        inside()?.request(
          { method: "BYE", uri: "sip:placeholder", stackDialogId, headers: {}, _socket: socket },
          () => {},
        );
    },
    hangUp: () => {
      const wire = inside()?.wp;
      if (wire === undefined) return;
      // Without this it would connect again.
      wire.closing = true;
      const socket = first();
      if (socket !== undefined) wire.disconnect(socket);
    },
  };
}
