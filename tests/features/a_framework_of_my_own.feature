Feature: A framework of my own
  Our house standard is in no list that dockmark ships. We say ourselves which of its rules the controls speak to, and why.

  Background:
    Given the snapshot of a well-kept host

  Scenario: The standard is read beside the shipped ones
    Given a mapping file of our house standard
    When I ask for the explanation of "container_not_privileged" with that mapping
    Then it names rule "H-7" of our house standard

  Scenario: It changes no verdict
    Given a mapping file of our house standard
    When I judge the snapshot with that mapping
    Then the policy is met

  Scenario: A mistake in the file
    Given a mapping file of our house standard that names a control "container_not_priviledged"
    When I judge the snapshot with that mapping
    Then the run is refused
    And the message gives file, line and column of "house.yaml"
    And there is no report

  Scenario: A name that is taken
    Given a mapping file of our house standard that calls itself "nist_sp_800_190"
    When I judge the snapshot with that mapping
    Then the run is refused
    And the message says "there is a framework nist_sp_800_190 already"
