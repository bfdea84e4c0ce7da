Feature: Stating what no program can see
  Some recommendations only a person can judge. A person's word decides them, for as long as it holds, and nothing else.

  Scenario: A person attests
    Given the snapshot of a well-kept host
    When I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 is not checked
    Given an attestation that recommendation 1.2.1 is met, by "dan", with a report as evidence
    When I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 passes
    And the table says "attested"
    And the table says "dan"

  Scenario: A person says that it is not met
    Given the snapshot of a well-kept host
    And an attestation that recommendation 1.2.1 is not met, by "dan", with a report as evidence
    When I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 fails
    And the policy is not met

  Scenario: The evidence was changed after it was attested
    Given the snapshot of a well-kept host
    And an attestation that recommendation 1.2.1 is met, by "dan", with a report as evidence
    When somebody changes the report
    And I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 is not checked
    And the attestation is reported as evidence changed
    And the table says "is not the file that was attested any more"

  Scenario: The word expires
    Given the snapshot of a well-kept host
    And an attestation that recommendation 1.2.1 is met, which expired yesterday
    When I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 is not checked
    And the attestation is reported as expired
    And the table says "a person must look again"

  Scenario: No word counts against what was found
    Given the snapshot of a host whose container "runner" runs privileged
    And an attestation that recommendation 5.5 is met, by "dan", with a report as evidence
    When I judge the snapshot for recommendation 5.5 alone, with what was signed
    Then recommendation 5.5 fails
    And the attestation is reported as not for people

  Scenario: The word is handed on to MITRE SAF and comes back
    Given the snapshot of a well-kept host
    And an attestation that recommendation 1.2.1 is met, by "dan", with a report as evidence
    When I export the attestations for MITRE SAF and import them again
    And I judge the snapshot for recommendation 1.2.1 alone, with what was signed
    Then recommendation 1.2.1 passes
