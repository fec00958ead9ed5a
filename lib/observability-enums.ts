/** How much a function reports. */
export enum ReportLevel {
  /** What alarms and dashboards need. */
  ESSENTIAL = 'essential',

  /** All there is: more metrics, which are paid for by number, and a line for every request. */
  DETAILED = 'detailed',
}
