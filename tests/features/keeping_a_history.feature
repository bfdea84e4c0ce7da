Feature: Keeping a history
  A compliance officer is asked in March what was found in November, and by whom it could have been changed since.
  Every run is recorded with the facts it rests on, in a chain that shows what was altered or taken away.

  Scenario: A report says where its run is kept
    Given a history without runs
    When I judge the host "web-01" and record it
    Then the run is acknowledged with its number and the head of the chain
    And the report names the same run and the same head
    And the history verifies against the head of that report

  Scenario: Judging a snapshot records nothing unless it is asked for
    Given a history without runs
    When I judge the host "web-01" without recording it
    Then there is still no history

  Scenario: A run that cannot be recorded still has its report
    Given a history that was damaged
    When I judge the host "web-01" and record it
    Then the report is complete
    And I am told that the run was not recorded, with exit code 4
    And the damaged history was not replaced

  Scenario: The report of then, in the format of today
    Given the release "1.4" of the host "web-01", in which all was well, recorded on 2025-12-01
    And the release "1.5" of the host "web-01", in which the container "billing" ran privileged, recorded on 2026-03-01
    When I ask for the report of "release:1.5"
    Then the shown report says "container billing: HostConfig.Privileged is true"
    When I ask for the report of "release:1.4"
    Then the shown report does not say "container billing"

  Scenario: Since when a control fails
    Given the release "1.4" of the host "web-01", in which all was well, recorded on 2025-12-01
    And the release "1.5" of the host "web-01", in which the container "billing" ran privileged, recorded on 2026-03-01
    When I ask how the recommendation 5.5 went
    Then on 2025-12-01 it was "pass"
    And on 2026-03-01 it was "fail" because of the "container billing"

  Scenario: Another version of the benchmark is not taken for the host's doing
    Given the release "1.4" of the host "web-01", in which all was well, recorded on 2025-12-01
    And the same, judged by the benchmark 1.6.0, recorded on 2026-03-01
    When I ask how the score went
    Then the run of 2026-03-01 is marked "benchmark 1.8.0 → 1.6.0"

  Scenario: Who improves a result afterwards is found out
    Given a history of three runs
    When somebody changes the score of the second run to 100
    Then the verification fails, and the first run that it names is the second
    When somebody changes it back
    Then the history verifies

  Scenario: Who takes away the last run is found out by its report
    Given a history of three runs
    When somebody takes the third run out of the history
    Then the verification alone cannot tell, and says so
    But the verification against the head of the third report fails

  Scenario: The auditor draws the sample, and anybody can draw it again
    Given a history of 40 hosts
    When the auditor draws 5 hosts with the number 7
    Then the population of 40 hosts is listed first
    And 5 of them are drawn
    And the auditor's own tools draw the same
    And drawing them again draws the same
    And the number 8 draws others

  Scenario: Runs are kept for six years, and their place in the chain longer
    Given the release "0.9" of the host "web-01", in which all was well, recorded on 2015-01-01
    And the release "1.4" of the host "web-01", in which all was well, recorded on 2026-03-01
    When I ask to delete what was recorded before 2026-06-01
    Then that is refused, because a run must be kept
    When I delete what need not be kept
    Then the run of 2015-01-01 is gone
    And the history verifies against the heads of both reports

  @postgresql
  Scenario: The same question has the same answer in PostgreSQL
    Given the same three runs in a file and in a PostgreSQL database
    When I ask both for the list, the trend, the sample and the verification
    Then their answers are the same but for the ids of the runs
