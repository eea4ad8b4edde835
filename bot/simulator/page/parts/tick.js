// Draws a part again as time passes.

import { useEffect, useState } from "../vendor/htm/preact-standalone.module.js";

export function useTick(milliseconds, active = true) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds, active]);
}
