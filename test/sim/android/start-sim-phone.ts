// A running simulated phone: the app with its server, and the control port.

import { AppServer } from "./app-server.ts";
import { controlPhone } from "./control-api.ts";
import { JsonServer } from "./json-server.ts";
import { SimPhone, type SimPhoneOptions } from "./sim-phone.ts";

export interface StartPhoneOptions extends SimPhoneOptions {
  readonly user?: string;
  readonly password?: string;
  readonly insecure?: boolean;
  /** Ports of the app's server and of the control; 0 or none: free ones. */
  readonly appPort?: number;
  readonly controlPort?: number;
}

export interface SimPhoneHandle {
  readonly phone: SimPhone;
  readonly app: AppServer;
  /** How the box reaches the app's server. */
  readonly access: { readonly url: string; readonly user: string; readonly password: string };
  readonly controlUrl: string;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Throws `sim.listen_failed`. */
export async function startSimPhone(options: StartPhoneOptions): Promise<SimPhoneHandle> {
  const { user = "sms", password = "simulated", insecure = false, appPort = 0, controlPort = 0 } = options;
  const phone = new SimPhone(options);
  const app = new AppServer({ phone, user, password, insecure });
  const control = new JsonServer((request) => controlPhone(phone, request));
  const stop = async (): Promise<void> => {
    phone.stop();
    await Promise.all([app.stop(), control.stop()]);
  };
  try {
    const url = await app.start(appPort);
    const controlUrl = await control.start(controlPort);
    return { phone, app, access: { url, user, password }, controlUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
