// Texts of the alerts in Spanish.

import type { AlertTexts } from "./text-form.ts";

export const es: AlertTexts = {
  rules: {
    slot_down: {
      raised: "La ranura {subject} no funciona[ ({reason})]",
      cleared: "La ranura {subject} vuelve a funcionar",
      hint: "La caja sigue intentándolo. Si no vuelve, mire la ranura en la consola.",
    },
    slot_gave_up: {
      raised: "La caja ha desistido de la ranura {subject}[ ({reason})]",
      cleared: "La ranura {subject} vuelve a atenderse",
      hint: "Revise el módem: alimentación, cable, SIM. Después inténtelo de nuevo desde la consola.",
    },
    sim_lost: {
      raised: "La SIM de la ranura {subject} falta o no se puede leer",
      cleared: "La SIM de la ranura {subject} ha vuelto",
      hint: "Vuelva a poner la SIM, u otra.",
    },
    sms_storage: {
      raised: "La memoria de SMS de la ranura {subject} está al {value} %",
      cleared: "La memoria de SMS de la ranura {subject} vuelve a tener sitio",
      hint: "Cuando se llena, la red retiene los mensajes nuevos. Mire por qué la caja no la vacía.",
    },
    signal_weak: {
      raised: "La ranura {subject} tiene poca señal ({value} dBm)",
      cleared: "La ranura {subject} vuelve a tener buena señal",
      hint: "Mueva la antena, más cerca de una ventana.",
    },
    balance_low: {
      raised: "A la SIM de la ranura {subject} le queda poco saldo[ ({amount} {currency})]",
      cleared: "La SIM de la ranura {subject} tiene saldo de nuevo",
      hint: "Recárguela antes de que el operador la desconecte.",
    },
    phone_battery: {
      raised: "El teléfono de la ranura {subject} está al {value} % y no se carga",
      cleared: "El teléfono de la ranura {subject} se está cargando",
      hint: "Conecte el cargador.",
    },
    outbox_age: {
      raised: "Un SMS espera al relé desde hace {value} segundos; esperan {messages}",
      cleared: "Los mensajes salen otra vez sin demora hacia el relé",
      hint: "No se pierde nada: se guardan y se envían después. Revise la red y el relé.",
    },
    relay_down: {
      raised: "No se alcanza el relé[ ({reason})]",
      cleared: "El relé está conectado de nuevo",
      hint: "Los mensajes se guardan y se envían después. Revise la red y el relé.",
    },
    calls_down: {
      raised: "No hay llamadas: {subject} no responde[ ({reason})]",
      cleared: "Llamadas: {subject} ha vuelto",
      hint: "Compruebe si el servicio funciona; el equipo lo intenta solo. Los SMS no se ven afectados.",
    },
    intake_paused: {
      raised: "La caja no admite mensajes[ ({reason})]",
      cleared: "La caja vuelve a admitir mensajes",
      hint: "Se quedan en las SIM hasta que se puedan guardar. Haga sitio en el disco, o revíselo.",
    },
    clock_doubt: {
      raised: "La caja no sabe la hora con seguridad; mientras tanto no termina ningún alquiler",
      cleared: "La caja vuelve a saber la hora",
      hint: "Revise la red y el servidor de hora.",
    },
    clock_unsynchronised: {
      raised: "Ningún servidor de hora ajusta el reloj",
      cleared: "Un servidor de hora vuelve a ajustar el reloj",
      hint: "Revise la red y el servicio de hora de la máquina.",
    },
    disk_low: {
      raised: "Solo queda libre el {value} % del disco[ ({free} MiB)]",
      cleared: "El disco vuelve a tener sitio",
      hint: "Haga sitio, o use una tarjeta más grande.",
    },
    disk_full: {
      raised: "El disco está casi lleno: quedan {value} MiB",
      cleared: "El disco vuelve a tener sitio",
      hint: "Haga sitio ahora: sin él no se puede guardar ningún mensaje.",
    },
    memory_low: {
      raised: "Solo queda disponible el {value} % de la memoria",
      cleared: "Vuelve a haber memoria suficiente",
      hint: "Mire qué más se ejecuta en esta máquina, o reiníciela.",
    },
    temperature_high: {
      raised: "La máquina está caliente: {value} °C",
      cleared: "La máquina se ha enfriado",
      hint: "Dele aire, o un disipador.",
    },
    undervoltage: {
      raised: "A la máquina le falta tensión",
      cleared: "La tensión vuelve a ser correcta",
      hint: "Use una fuente más potente o un cable más corto: los módems se caen y las tarjetas se dañan.",
    },
    usb_over_current: {
      raised: "El puerto USB {subject} se desconectó por exceso de corriente[ ({count} veces hasta ahora)]",
      cleared: "El puerto USB {subject} lleva media hora con corriente",
      hint: "Un módem consume más de lo que da el puerto, o hay un cortocircuito. Ponga los módems en un hub con fuente propia; vea `numberbox hardware budget`.",
    },
    chain_down: {
      raised: "El nodo de Emercoin no responde[ ({reason})]",
      cleared: "El nodo de Emercoin vuelve a responder",
      hint: "Mire si funciona, y si la dirección y la contraseña de la configuración son correctas.",
    },
    chain_lag: {
      raised: "El nodo de Emercoin va por detrás de la cadena[ ({blocks} bloques)]",
      cleared: "El nodo de Emercoin se ha puesto al día",
      hint: "Espere, o revise su red.",
    },
    wallet_locked: {
      raised: "Algo espera al monedero de Emercoin, que está bloqueado",
      cleared: "El monedero de Emercoin se puede usar de nuevo",
      hint: "Desbloquéelo en la consola, en «Chain».",
    },
    funds_low: {
      raised: "En el monedero de Emercoin solo quedan {emc} EMC",
      cleared: "El monedero de Emercoin vuelve a tener suficientes EMC",
      hint: "Envíe algunos antes de que haya que renovar nombres.",
    },
    publication_failed: {
      raised: "Han fallado publicaciones en Emercoin: {value}",
      cleared: "No queda ninguna publicación fallida en Emercoin",
      hint: "Mire la causa en la consola, en «Chain», y publique de nuevo.",
    },
    certificate_expiring: {
      raised: "El certificado {subject} caduca en {value} días",
      cleared: "El certificado {subject} está renovado",
      hint: "Renuévelo, o mire por qué no se renueva solo.",
    },
    backup_overdue: {
      raised: "La copia de seguridad lleva retraso[: la última es de hace {days} días]",
      cleared: "Vuelve a haber una copia de seguridad reciente",
      hint: "Mire en la consola dónde falló la última, o haga una ahora.",
    },
    delivery_failing: {
      raised: "Los mensajes para {subject} no llegan[ ({reason})]",
      cleared: "Los mensajes para {subject} vuelven a llegar",
      hint: "Pruébelo en la consola con «Enviar una prueba».",
    },
  },
  severities: { info: "Nota", warning: "Aviso", critical: "Crítico" },
  kinds: { raised: "Nuevo", repeated: "Sigue", cleared: "Terminado" },
  flapping: "Va y viene; no volverá a saber de ello hasta que haya un rato de calma.",
  test: { title: "Numberbox: una prueba", text: "Esto es una prueba. Los avisos de esta caja llegan aquí." },
};
