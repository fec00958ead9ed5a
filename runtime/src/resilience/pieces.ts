import { circuitPiece } from './circuit-piece.ts';
import { healthPiece } from './health-piece.ts';
import { observabilityPiece } from './observability-piece.ts';
import { rateLimitPiece } from './rate-limit-piece.ts';
import { refusalPiece } from './refusal-piece.ts';
import type { Piece } from './workshop.ts';

/** Every pattern, outermost first: the order in which they are made and in which they stand around the handler. */
export const PIECES: readonly Piece[] = [observabilityPiece, refusalPiece, healthPiece, rateLimitPiece, circuitPiece];
