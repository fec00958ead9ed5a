/** What `--help` prints. */
export const HELP = `Looks at circuits and controls them by hand, for the whole fleet.

  resilient-lambda-runtime circuits list
  resilient-lambda-runtime circuits show NAME
  resilient-lambda-runtime circuits open NAME           refuse every call
  resilient-lambda-runtime circuits close NAME          let every call pass
  resilient-lambda-runtime circuits metrics-only NAME   let every call pass, and count
  resilient-lambda-runtime circuits reset NAME          back to the automatic, closed, with nothing counted

What is forced stays until the next command; reset ends it. Environments follow at their next look at the table: at once
if they are about to look, after about ten seconds if all is quiet. A circuit that nothing has happened to has no item yet;
forcing it creates one, so mind the spelling.

Options:
  --table NAME       table of circuits (default: the environment variable RESILIENCE_CIRCUIT_TABLE)
  --region REGION    Region of the table (default: as for every AWS SDK)
  --tenant TENANT    the circuit of one tenant
  --operation NAME   the circuit of one operation
  --json             print JSON
  --yes              do not ask
  --help             print this

Permissions on the table: list needs dynamodb:Scan, show dynamodb:GetItem, and the others dynamodb:GetItem and
dynamodb:UpdateItem. The role of a function has no dynamodb:Scan: use credentials of your own.

Exit code: 0 done, 1 the table gave no answer or you said no, 2 the command cannot be understood or names no circuit.
`;
