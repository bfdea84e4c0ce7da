Feature: Accepting a risk
  A failure that somebody has accepted stays a failure. Everybody can see who accepted it, why, and until when.

  Background:
    Given the snapshot of a host whose container "runner" runs privileged

  Scenario: A risk is accepted
    Given a waiver for recommendation 5.5 about container "runner", approved by "carol"
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then recommendation 5.5 fails
    And the finding about container "runner" is waived
    And the score is 0 percent, and 100 percent after waivers
    And the policy is met
    And the table says "waived"
    And the table says "approved by carol"

  Scenario: The waiver expires
    Given a waiver for recommendation 5.5 about container "runner" that expired yesterday
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then recommendation 5.5 fails
    And no finding is waived
    And the score is 0 percent, and 0 percent after waivers
    And the policy is not met
    And the waiver is reported as expired

  Scenario: The waiver covers the whole of its last day
    Given a waiver for recommendation 5.5 about container "runner" that expires today
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the finding about container "runner" is waived

  Scenario: The failure was mended
    Given a waiver for recommendation 5.5 about container "gone", approved by "carol"
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the waiver is reported as unused
    And the policy is not met

  Scenario: Nobody approves what they asked for themselves
    Given a waiver for recommendation 5.5 about container "runner", approved by whoever asked for it
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then no finding is waived
    And the waiver is reported as self approved

  Scenario: A waiver says so when it is meant for more than one container
    Given a waiver for recommendation 5.5 about every container
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the waiver is reported as too broad
    And the policy is not met
    Given the waiver says that it is meant broadly
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the finding about container "runner" is waived
    And the policy is met

  Scenario: What could not be looked at cannot be accepted
    Given one more container "hidden" that cannot be looked at
    And a waiver for recommendation 5.5 about every container
    And the waiver says that it is meant broadly
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the finding about container "runner" is waived
    And the score is 0 percent, and 0 percent after waivers
    And the policy is not met

  Scenario: A misspelt waiver is refused before anything is judged
    Given a waiver for recommendation 5.5 whose expiry date is missing
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the run is refused
    And the message says "lacks expires"

  Scenario: A waiver is added, listed and checked from the command line
    When I add a waiver for recommendation 5.5 about container "runner", approved by "carol", for 20 days
    And I check the waivers
    Then nothing is wrong with them
    When I list the waivers that end within 30 days
    Then one waiver is listed
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then the policy is met
