// Status of what the machine's networks refuse.

export const NETWORK_STATUS: Readonly<Record<string, number>> = {
  "network.unknown_profile": 409,
  "wifi.access_point_off": 409,
  "wifi.blocked": 409,
  "wifi.busy": 409,
  "wifi.failed": 503,
  "wifi.no_address": 503,
  "wifi.no_radio": 409,
  "wifi.not_found": 404,
  "wifi.password_needed": 400,
  "wifi.serving": 409,
  "wifi.unsupported": 422,
  "wifi.wrong_password": 422,
};
