// What the image's own settings (systemd/conf/box.yaml) get from whoever builds it. A box begins with them, at its first start and after a
// factory reset; from then on they are its owner's, and an update does not touch them.

export interface Channel {
  /** Where boxes ask for releases. */
  readonly url: string;
  /** Ed25519 keys in base64url that may sign it. */
  readonly keys: readonly string[];
}

/** The text of the settings. JSON is YAML, so nothing in an address can become more than a text. */
export function factorySettings(own: string, channel: Channel | null): string {
  if (channel === null) return own;
  const { url, keys } = channel;
  return `${own}updates: ${JSON.stringify({ channel: url, keys })}\n`;
}
