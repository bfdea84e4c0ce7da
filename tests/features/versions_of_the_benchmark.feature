Feature: The same host under three versions of the benchmark
  Recommendations move from version to version. The facts of a host do not change with the number under which they are asked for.

  Scenario Outline: A setting is found under the number of each version
    Given the snapshot of a host whose container "web" runs privileged
    When I judge the snapshot under benchmark <version> and profile level_2
    Then control "container_not_privileged" stands under number 5.5
    And control "live_restore_enabled" stands under number <live restore>
    And there are <recommendations> recommendations in the report

    Examples:
      | version | live restore | recommendations |
      | 1.6.0   | 2.15         | 117             |
      | 1.7.0   | 2.15         | 117             |
      | 1.8.0   | 2.16         | 118             |

  Scenario: A recommendation of 1.8.0 is in no older version
    Given the snapshot of a well-kept host
    When I judge the snapshot under each version of the benchmark
    Then the control "storage_driver_not_devicemapper" is judged under 1.8.0 alone
    And a control that two versions share has the same result in both
