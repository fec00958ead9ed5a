import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The same without anything around it: one request to one of the carrier's addresses, for as long as it takes. */
export async function plain(): Promise<APIGatewayProxyStructuredResultV2> {
  const addresses = (process.env['CARRIER_URLS'] ?? '').split(',');
  const address = addresses[Math.floor(Math.random() * addresses.length)];
  const answer = await fetch(`${address}/quotes`);
  return { statusCode: answer.ok ? 200 : 502, body: await answer.text() };
}
