import { middy, resilience } from 'resilient-lambda-runtime';

const resilient = resilience();
const ledger = resilient.client('ledger');

interface Booking {
  readonly id: string;
  readonly amount: number;
}

async function book(event: { body: string }): Promise<{ statusCode: number; body: string }> {
  const booking = JSON.parse(event.body) as Booking;
  // With the key the ledger knows a repetition, so that a POST may be sent again.
  const answer = await ledger.post('/entries', { json: booking, idempotencyKey: booking.id });
  return { statusCode: answer.status, body: await answer.text() };
}

export const handler = middy<{ body: string }>().use(resilient).handler(book);
