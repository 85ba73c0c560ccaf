// The package brings no types.

declare module "systemd-notify" {
  function notify(options: { readonly ready?: true; readonly status?: string }): Promise<unknown>;
  export = notify;
}
