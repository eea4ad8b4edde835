// Requests to the simulator that served the page.

export class Refused extends Error {}

export async function ask(path, body = {}) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return answered(await fetch(path, options));
}

export async function send(path, content) {
  return answered(await fetch(path, { method: "POST", headers: { "Content-Type": "audio/wav" }, body: content }));
}

export async function load(path) {
  const response = await fetch(path);
  if (!response.ok) await answered(response);
  return response.arrayBuffer();
}

export const callPath = (threadId, action) => `simulator/calls/${encodeURIComponent(threadId)}/${action}`;

async function answered(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.message ?? `HTTP ${response.status}`);
  return answer;
}
