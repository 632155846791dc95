import type { Answered, Body } from "./http";

export type FunnelQuestion = Body<"POST /api/v1/funnel">;
export type FunnelAnswer = Answered<"POST /api/v1/funnel">;
export type FunnelGroup = FunnelAnswer["groups"][number];
export type CohortQuestion = Body<"POST /api/v1/cohort">;
export type CohortAnswer = Answered<"POST /api/v1/cohort">;
export type JourneyQuestion = Body<"POST /api/v1/journey">;
export type JourneyAnswer = Answered<"POST /api/v1/journey">;
export type JourneyGroup = JourneyAnswer["groups"][number];
export type ExperimentQuestion = Body<"POST /api/v1/experiment">;
export type ExperimentAnswer = Answered<"POST /api/v1/experiment">;
export type ExperimentGroup = ExperimentAnswer["groups"][number];
export type Variant = ExperimentGroup["variants"][number];
export type VisitsAnswer = Answered<"GET /api/v1/visits">;
export type Visit = VisitsAnswer["visits"][number];
export type VisitAnswer = Answered<"GET /api/v1/visits/{id}">;
export type VisitEvent = VisitAnswer["events"][number];
