// The part of Node-RED's interface that the nodes use. Everything that a flow sends or configures is unknown until it is parsed.

/** A message of a flow. Other nodes put what they like into it. */
export interface RedMessage {
  readonly payload?: unknown;
  readonly topic?: unknown;
  readonly [member: string]: unknown;
}

export interface RedStatus {
  readonly fill?: "red" | "green" | "yellow" | "blue" | "grey";
  readonly shape?: "ring" | "dot";
  readonly text?: string;
}

export type RedSend = (message: RedMessage | null | readonly (RedMessage | null)[]) => void;
export type RedDone = (error?: Error) => void;

export interface RedNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly credentials?: unknown;
  on(event: "input", listener: (message: RedMessage, send: RedSend, done: RedDone) => void): void;
  on(event: "close", listener: (removed: boolean, done: () => void) => void): void;
  send(message: RedMessage): void;
  status(status: RedStatus): void;
  error(text: string, message?: RedMessage): void;
  warn(text: string): void;
  log(text: string): void;
}

export interface RedApi {
  readonly nodes: {
    createNode(node: RedNode, definition: unknown): void;
    registerType(type: string, maker: unknown, options?: object): void;
    getNode(id: string): unknown;
  };
  readonly settings: Readonly<Record<string, unknown>>;
}
