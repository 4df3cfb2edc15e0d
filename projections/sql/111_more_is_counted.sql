-- First contacts, coming again, answers about services, unmet needs and avoided admissions are counted
-- too. What was kept before holds none of them: it is followed anew from the first fact. What was
-- published stays, and is restated with the new measures beside it.
truncate measured.courses, measured.happenings, measured.left_out, measured.months;
update measured.reached set position = 0;
