// The live feed: comes back by itself, goes on where it was, and notices a connection that has died silently.

const SILENCE_MS = 25_000; // the simulator sends something every 10 s
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export function connect(phone) {
  let source = null;
  let last = "";
  let pause = FIRST_PAUSE_MS;
  let watchdog = 0;
  let again = 0;

  function open() {
    clearTimeout(again);
    source?.close();
    source = new EventSource(`simulator/feed${last ? `?after=${encodeURIComponent(last)}` : ""}`);
    source.addEventListener("hello", (event) => {
      pause = FIRST_PAUSE_MS;
      phone.welcomed(JSON.parse(event.data));
      watch();
    });
    source.addEventListener("record", (event) => {
      last = event.lastEventId;
      phone.happened(JSON.parse(event.data));
      watch();
    });
    source.addEventListener("state", (event) => {
      phone.know(JSON.parse(event.data));
      watch();
    });
    source.addEventListener("beat", watch);
    source.addEventListener("error", retry);
    watch();
  }

  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(retry, SILENCE_MS);
  }

  function retry() {
    clearTimeout(watchdog);
    clearTimeout(again);
    source?.close();
    phone.lost();
    again = setTimeout(open, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }

  addEventListener("online", open);
  open();
}
