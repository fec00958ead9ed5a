import { bulkheadPiece } from './bulkhead-piece.ts';
import { circuitPiece } from './circuit-piece.ts';
import { clientPiece } from './client-piece.ts';
import { healthPiece } from './health-piece.ts';
import { loadSheddingPiece } from './load-shedding-piece.ts';
import { observabilityPiece } from './observability-piece.ts';
import { rateLimitPiece } from './rate-limit-piece.ts';
import { refusalPiece } from './refusal-piece.ts';
import { requestPiece } from './request-piece.ts';
import { retryPiece } from './retry-piece.ts';
import { timeoutPiece } from './timeout-piece.ts';
import type { Piece } from './workshop.ts';

/** Every pattern, outermost first: the order in which they are made and in which they stand around the handler. */
export const PIECES: readonly Piece[] = [
  observabilityPiece,
  refusalPiece,
  healthPiece,
  loadSheddingPiece,
  rateLimitPiece,
  clientPiece,
  circuitPiece,
  bulkheadPiece,
  timeoutPiece,
  retryPiece,
  requestPiece,
];
